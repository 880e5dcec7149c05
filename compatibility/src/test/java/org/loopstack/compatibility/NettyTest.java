// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

@Row(
    library = "Netty, NIO: TCP, UDP and multicast",
    artifacts = "netty-transport",
    instance =
        "NioIoHandler.newFactory(stack.selectorProvider()) for the event loops and new"
            + " NioServerSocketChannel(stack.selectorProvider()), NioSocketChannel or"
            + " NioDatagramChannel likewise for the channels")
@Timeout(60)
class NettyTest {
  private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 7007);

  @Test
  void streamsEcho() throws Exception {
    echo(
        new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory()),
        NioServerSocketChannel::new,
        NioSocketChannel::new);
  }

  @Test
  void streamsOfOneStackEcho() throws Exception {
    try (Stack stack = Stack.create()) {
      SelectorProvider provider = stack.selectorProvider();
      echo(
          new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory(provider)),
          () -> new NioServerSocketChannel(provider),
          () -> new NioSocketChannel(provider));
    }
  }

  @Test
  void datagramsEcho() throws Exception {
    datagrams(
        new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory()), NioDatagramChannel::new);
  }

  @Test
  void datagramsOfOneStackEcho() throws Exception {
    try (Stack stack = Stack.create()) {
      SelectorProvider provider = stack.selectorProvider();
      datagrams(
          new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory(provider)),
          () -> new NioDatagramChannel(provider));
    }
  }

  @Test
  void everyMemberOfAGroupOnLoHears() throws Exception {
    NetworkInterface lo = NetworkInterface.getByName("lo");
    InetSocketAddress group = new InetSocketAddress("239.255.0.7", 7008);
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    try {
      BlockingQueue<String> first = new LinkedBlockingQueue<>();
      BlockingQueue<String> second = new LinkedBlockingQueue<>();
      NioDatagramChannel one = member(loops, lo, group, first);
      member(loops, lo, group, second);
      Channel sender =
          datagram(loops, lo, new Heard(new LinkedBlockingQueue<>())).bind(0).sync().channel();

      sender.writeAndFlush(packet("to all", group)).sync();

      assertThat(first.poll(10, TimeUnit.SECONDS)).isEqualTo("to all");
      assertThat(second.poll(10, TimeUnit.SECONDS)).isEqualTo("to all");

      one.leaveGroup(group, lo).sync();
      sender.writeAndFlush(packet("to who is left", group)).sync();

      assertThat(second.poll(10, TimeUnit.SECONDS)).isEqualTo("to who is left");

      one.joinGroup(group, lo).sync();
      sender.writeAndFlush(packet("to all again", group)).sync();

      assertThat(second.poll(10, TimeUnit.SECONDS)).isEqualTo("to all again");
      assertThat(first.poll(10, TimeUnit.SECONDS)).isEqualTo("to all again");
    } finally {
      end(loops);
    }
  }

  private static NioDatagramChannel member(
      EventLoopGroup loops,
      NetworkInterface lo,
      InetSocketAddress group,
      BlockingQueue<String> heard)
      throws InterruptedException {
    NioDatagramChannel channel =
        (NioDatagramChannel)
            datagram(loops, lo, new Heard(heard)).bind(group.getPort()).sync().channel();
    channel.joinGroup(group, lo).sync();
    return channel;
  }

  private static Bootstrap datagram(
      EventLoopGroup loops, NetworkInterface lo, ChannelHandler handler) {
    return new Bootstrap()
        .group(loops)
        .channelFactory(() -> new NioDatagramChannel(SocketProtocolFamily.INET))
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.IP_MULTICAST_IF, lo)
        .handler(handler);
  }

  private static DatagramPacket packet(String text, InetSocketAddress to) {
    return new DatagramPacket(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), to);
  }

  private static void echo(
      EventLoopGroup loops,
      ChannelFactory<NioServerSocketChannel> servers,
      ChannelFactory<NioSocketChannel> clients)
      throws Exception {
    try {
      new ServerBootstrap()
          .group(loops)
          .channelFactory(servers)
          .childHandler(initializing(Echo::new))
          .bind(SERVER)
          .sync();
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            Collected answer = new Collected(said.length);
            Channel channel =
                new Bootstrap()
                    .group(loops)
                    .channelFactory(clients)
                    .handler(answer)
                    .connect(SERVER)
                    .sync()
                    .channel();

            channel.writeAndFlush(Unpooled.wrappedBuffer(said)).sync();

            assertThat(answer.whole.get(30, TimeUnit.SECONDS)).isEqualTo(said);
            channel.close().sync();
          });
    } finally {
      end(loops);
    }
  }

  private static void datagrams(EventLoopGroup loops, ChannelFactory<NioDatagramChannel> channels)
      throws Exception {
    try {
      new Bootstrap()
          .group(loops)
          .channelFactory(channels)
          .handler(new DatagramEcho())
          .bind(SERVER)
          .sync();
      Conversations.many(
          number -> {
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            Channel channel =
                new Bootstrap()
                    .group(loops)
                    .channelFactory(channels)
                    .handler(new Heard(heard))
                    .bind(new InetSocketAddress("127.0.0.1", 0))
                    .sync()
                    .channel();
            for (int i = 0; i < 50; i++) {
              String text = number + " says " + i + " x".repeat(500);
              channel.writeAndFlush(packet(text, SERVER)).sync();
              assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(text);
            }
            channel.close().sync();
          });
    } finally {
      end(loops);
    }
  }

  private static ChannelInitializer<Channel> initializing(Supplier<ChannelHandler> handler) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(handler.get());
      }
    };
  }

  private static void end(EventLoopGroup loops) throws InterruptedException {
    loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }

  private static final class DatagramEcho extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
    }
  }

  @ChannelHandler.Sharable
  private static final class Heard extends SimpleChannelInboundHandler<DatagramPacket> {
    private final BlockingQueue<String> texts;

    Heard(BlockingQueue<String> texts) {
      this.texts = texts;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      texts.add(packet.content().toString(StandardCharsets.US_ASCII));
    }
  }

  private static final class Collected extends SimpleChannelInboundHandler<ByteBuf> {
    final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final byte[] bytes;
    private int count;

    Collected(int length) {
      this.bytes = new byte[length];
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
      int more = message.readableBytes();
      message.readBytes(bytes, count, more);
      count += more;
      if (count == bytes.length) {
        whole.complete(bytes);
      }
    }
  }
}
