// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.VirtualClock;
import org.loopstack.junit.Faulty;
import org.loopstack.junit.LoopbackTest;

/**
 * gRPC measures its deadlines by a ticker and an executor of its own, and takes others: with those
 * of the clock a deadline of ten minutes expires at once.
 */
@LoopbackTest
class GrpcDeadlineTest {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
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
      };

  private static final MethodDescriptor<byte[], byte[]> ECHO =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("example.Echo/Echo")
          .setRequestMarshaller(BYTES)
          .setResponseMarshaller(BYTES)
          .build();

  @Test
  @Faulty("blackhole tcp dst port 50051")
  void aCallToABlackHoleEndsAtItsDeadline(
      SocketFactory sockets, VirtualClock clock, ScheduledExecutorService executor)
      throws Exception {
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress("127.0.0.1", 50051)
            .usePlaintext()
            .socketFactory(sockets)
            .scheduledExecutorService(executor)
            .build();
    Deadline.Ticker ticker =
        new Deadline.Ticker() {
          @Override
          public long nanoTime() {
            return clock.nanos();
          }
        };
    try {
      CallOptions tenMinutes =
          CallOptions.DEFAULT
              .withWaitForReady()
              .withDeadline(Deadline.after(10, TimeUnit.MINUTES, ticker));
      assertThatThrownBy(
              () -> ClientCalls.blockingUnaryCall(channel, ECHO, tenMinutes, new byte[] {1}))
          .isInstanceOf(StatusRuntimeException.class)
          .satisfies(
              e ->
                  assertThat(Status.fromThrowable(e).getCode())
                      .isEqualTo(Status.Code.DEADLINE_EXCEEDED));
      assertThat(Duration.ofNanos(clock.nanos())).hasMinutes(10);
    } finally {
      channel.shutdownNow();
    }
  }
}
