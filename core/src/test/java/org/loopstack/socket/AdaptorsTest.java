// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdaptorsTest {
  record Adaptor(Class<?> adaptor, Class<?> adapted) {}

  static List<Adaptor> adaptors() {
    return List.of(
        new Adaptor(StackSocket.class, Socket.class),
        new Adaptor(StackServerSocket.class, ServerSocket.class),
        new Adaptor(StackDatagramSocket.class, DatagramSocket.class));
  }

  /** A method that is inherited would open a socket of the machine, or fail. */
  @ParameterizedTest
  @MethodSource("adaptors")
  void everyPublicMethodIsTheChannels(Adaptor adaptor) throws Exception {
    List<String> inherited = new ArrayList<>();
    for (Method method : adaptor.adapted.getDeclaredMethods()) {
      int modifiers = method.getModifiers();
      if (!Modifier.isPublic(modifiers) || Modifier.isStatic(modifiers)) {
        continue;
      }
      Method found = adaptor.adaptor.getMethod(method.getName(), method.getParameterTypes());
      if (found.getDeclaringClass() != adaptor.adaptor) {
        inherited.add(method.toString());
      }
    }
    assertThat(inherited).isEmpty();
  }
}
