// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes frames of one type. Several share a connection, so each holds its lock for a frame. */
final class RemoteOutput extends OutputStream {
  private final DataOutputStream connection;
  private final Frame.Type type;

  RemoteOutput(DataOutputStream connection, Frame.Type type) {
    this.connection = connection;
    this.type = type;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    for (int at = offset; at < end; at += Frame.MAX_PAYLOAD) {
      synchronized (connection) {
        Frame.write(connection, type, bytes, at, Math.min(Frame.MAX_PAYLOAD, end - at));
      }
    }
  }
}
