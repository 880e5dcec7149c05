// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.nio.ByteBuffer;
import java.util.Random;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.StreamEndpoint;

/**
 * A user of one end of a stream: writes what it has to say in pieces of any size, reads what comes
 * in pieces of any size and now and then not at all, says when it is done, and closes when both
 * are.
 */
final class Talker {
  private final StreamEndpoint endpoint;
  private final Random random;
  private final ByteBuffer toSay;
  private final ByteBuffer heard;
  private boolean finished;
  private boolean ended;
  private boolean closed;

  Talker(StreamEndpoint endpoint, Random random, byte[] toSay, int toHear) {
    this.endpoint = endpoint;
    this.random = random;
    this.toSay = ByteBuffer.wrap(toSay);
    this.heard = ByteBuffer.allocate(toHear + 1);
  }

  boolean isClosed() {
    return closed;
  }

  byte[] heard() {
    byte[] all = new byte[heard.position()];
    heard.get(0, all);
    return all;
  }

  String progress() {
    return endpoint
        + ": said %d of %d, heard %d of %d%s%s%s"
            .formatted(
                toSay.position(),
                toSay.limit(),
                heard.position(),
                heard.capacity() - 1,
                finished ? ", finished" : "",
                ended ? ", end" : "",
                closed ? ", closed" : "");
  }

  /** Does what can be done now. */
  boolean step(boolean lazy) throws ErrnoException {
    if (closed || !endpoint.finishConnect()) {
      return false;
    }
    boolean progress = say();
    if (!lazy || random.nextInt(4) != 0) {
      progress |= listen();
    }
    if (finished && ended && endpoint.isDrained()) {
      endpoint.close();
      closed = true;
      progress = true;
    }
    return progress;
  }

  private boolean say() throws ErrnoException {
    if (finished) {
      return false;
    }
    if (!toSay.hasRemaining()) {
      endpoint.shutdownOutput();
      finished = true;
      return true;
    }
    int limit = toSay.limit();
    toSay.limit(Math.min(limit, toSay.position() + 1 + random.nextInt(5000)));
    int n = endpoint.write(toSay);
    toSay.limit(limit);
    return n > 0;
  }

  private boolean listen() throws ErrnoException {
    if (ended) {
      return false;
    }
    int limit = Math.min(heard.capacity(), heard.position() + 1 + random.nextInt(5000));
    heard.limit(limit);
    int n = endpoint.read(heard);
    ended = n < 0;
    return n != 0;
  }
}
