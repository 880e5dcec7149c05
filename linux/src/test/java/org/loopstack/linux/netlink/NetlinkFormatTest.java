// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.loopstack.wire.IpAddress;

class NetlinkFormatTest {
  private static NetlinkMessage parsed(NetlinkRequest request) throws Exception {
    List<NetlinkMessage> all =
        NetlinkMessage.parse(ByteBuffer.wrap(request.finish(7)), "ask for something");
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    NetlinkRequest request = new NetlinkRequest(18, NetlinkRequest.DUMP).u8(2).zeros(3).u32(-1);
    request
        .put(3, "lo")
        .put(4, 65_536)
        .putBig(5, 1)
        .put(6, IpAddress.IPV6_LOOPBACK)
        .nest(7, () -> request.put(1, "veth").put(1, new byte[] {1, 2, 3}));

    NetlinkMessage message = parsed(request);

    assertThat(message.type()).isEqualTo(18);
    assertThat(message.sequence()).isEqualTo(7);
    assertThat(message.has(NetlinkRequest.REQUEST)).isTrue();
    assertThat(message.body().get(0)).isEqualTo((byte) 2);
    assertThat(message.body().getInt(4)).isEqualTo(-1);
    Attributes a = message.attributes(8);
    assertThat(a.text(3)).isEqualTo("lo");
    assertThat(a.i32(4, 0)).isEqualTo(65_536);
    assertThat(a.be32(5, 0)).isEqualTo(1);
    assertThat(a.address(6)).isEqualTo(IpAddress.IPV6_LOOPBACK);
    assertThat(a.nested(7).all()).hasSize(2);
    assertThat(a.nested(7).text(1)).isEqualTo("veth");
  }

  @Test
  void whatIsNotThereOrTooShortReadsAsWhatWasGiven() throws Exception {
    Attributes a =
        parsed(new NetlinkRequest(1, 0).put(1, new byte[] {1}).put(2, new byte[0])).attributes(0);

    assertThat(a.i32(1, 42)).isEqualTo(42);
    assertThat(a.u32(9, 43)).isEqualTo(43);
    assertThat(a.be64(1, 44)).isEqualTo(44);
    assertThat(a.text(9)).isNull();
    assertThat(a.text(9, "none")).isEqualTo("none");
    assertThat(a.text(2)).isEmpty();
    assertThat(a.u8(2, 45)).isEqualTo(45);
    assertThat(a.address(1)).isNull();
    assertThat(a.nested(9).all()).isEmpty();
    assertThat(a.has(2)).isTrue();
    assertThat(a.has(9)).isFalse();
  }

  @Test
  void aBrokenAttributeAndWhatFollowsIsLeftOut() {
    ByteBuffer b = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    b.putShort((short) 8).putShort((short) 1).putInt(5);
    b.putShort((short) 100).putShort((short) 2).putInt(6);

    assertThat(Attributes.of(b.flip(), 0).all()).hasSize(1);
    b.putShort(8, (short) 3);
    assertThat(Attributes.of(b, 0).all()).hasSize(1);
  }

  @Test
  void severalMessagesOfADatagramAreTakenApart() throws Exception {
    byte[] first = new NetlinkRequest(1, 0).put(1, new byte[] {1, 2, 3, 4, 5}).finish(1);
    byte[] second = new NetlinkRequest(2, 0).finish(2);
    ByteBuffer both = ByteBuffer.allocate(first.length + second.length).put(first).put(second);

    assertThat(NetlinkMessage.parse(both.flip(), "ask"))
        .extracting(NetlinkMessage::type)
        .containsExactly(1, 2);
  }

  @Test
  void aMessageOfAWrongLengthIsRefused() {
    for (int length : new int[] {0, 15, 17, -1}) {
      byte[] bytes = new NetlinkRequest(1, 0).finish(1);
      ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putInt(0, length);

      assertThatThrownBy(() -> NetlinkMessage.parse(ByteBuffer.wrap(bytes), "ask"))
          .isInstanceOfSatisfying(NetlinkException.class, e -> assertThat(e.errno()).isZero())
          .hasMessageContaining("not understood: a message of " + length + " bytes");
    }
  }
}
