// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

@Row(
    library = "gRPC over Netty and over OkHttp, servers and clients",
    artifacts = {"grpc-netty", "grpc-okhttp"},
    instance =
        "Netty: eventLoopGroup(..) with NioIoHandler.newFactory(stack.selectorProvider()) and"
            + " channelFactory(() -> new NioSocketChannel(stack.selectorProvider())), the server"
            + " likewise; OkHttp: socketFactory(stack.socketFactory()) and"
            + " socketFactory(stack.serverSocketFactory())")
@Timeout(60)
class GrpcTest {
  private static final MethodDescriptor<byte[], byte[]> ECHO =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("Echo/Echo")
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  @Test
  void nettyTalksToNetty() throws Exception {
    exchange(
        NettyServerBuilder.forPort(50_051), NettyChannelBuilder.forAddress("localhost", 50_051));
  }

  @Test
  void okHttpTalksToOkHttp() throws Exception {
    exchange(
        OkHttpServerBuilder.forPort(50_051, InsecureServerCredentials.create()),
        OkHttpChannelBuilder.forAddress("localhost", 50_051));
  }

  @Test
  void nettyTalksToNettyOnAStack() throws Exception {
    try (Stack stack = Stack.create()) {
      SelectorProvider provider = stack.selectorProvider();
      EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory(provider));
      exchange(
          NettyServerBuilder.forPort(50_051)
              .bossEventLoopGroup(loops)
              .workerEventLoopGroup(loops)
              .channelFactory(() -> new NioServerSocketChannel(provider)),
          NettyChannelBuilder.forAddress("localhost", 50_051)
              .eventLoopGroup(loops)
              .channelFactory(() -> new NioSocketChannel(provider)));
      loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
  }

  @Test
  void okHttpTalksToOkHttpOnAStack() throws Exception {
    try (Stack stack = Stack.create()) {
      exchange(
          OkHttpServerBuilder.forPort(50_051, InsecureServerCredentials.create())
              .socketFactory(stack.serverSocketFactory()),
          OkHttpChannelBuilder.forAddress("localhost", 50_051)
              .socketFactory(stack.socketFactory()));
    }
  }

  private static void exchange(ServerBuilder<?> servers, ManagedChannelBuilder<?> channels)
      throws Exception {
    Server server =
        servers
            .addService(
                ServerServiceDefinition.builder("Echo")
                    .addMethod(
                        ECHO,
                        ServerCalls.asyncUnaryCall(
                            (request, answer) -> {
                              answer.onNext(request);
                              answer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    ManagedChannel channel = channels.usePlaintext().build();
    try {
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            byte[] answer = ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, said);

            assertThat(answer).isEqualTo(said);
          });
    } finally {
      channel.shutdown();
      server.shutdown();
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
