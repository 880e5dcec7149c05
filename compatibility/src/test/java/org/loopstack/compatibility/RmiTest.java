// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.rmi.ConnectException;
import java.rmi.NotBoundException;
import java.rmi.Remote;
import java.rmi.RemoteException;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.UnicastRemoteObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(
    library = "RMI registry and remote objects",
    instance =
        "LocateRegistry.createRegistry(1099, (host, port) ->"
            + " stack.socketFactory().createSocket(host, port),"
            + " stack.serverSocketFactory()::createServerSocket)")
@Timeout(60)
class RmiTest {
  /** Called from the other side. */
  interface Sorter extends Remote {
    List<String> sorted(List<String> words, Progress progress) throws RemoteException;
  }

  /** Called back. */
  interface Progress extends Remote {
    void done(int words) throws RemoteException;
  }

  private static final class Sorting implements Sorter {
    @Override
    public List<String> sorted(List<String> words, Progress progress) throws RemoteException {
      List<String> sorted = new ArrayList<>(words);
      Collections.sort(sorted);
      progress.done(sorted.size());
      return sorted;
    }
  }

  private final Sorting server = new Sorting();
  private Registry registry;

  @BeforeEach
  void start() throws Exception {
    registry = LocateRegistry.createRegistry(1099);
    registry.bind("sorter", UnicastRemoteObject.exportObject(server, 0));
  }

  @AfterEach
  void stop() throws Exception {
    UnicastRemoteObject.unexportObject(server, true);
    UnicastRemoteObject.unexportObject(registry, true);
  }

  @Test
  void anObjectIsLookedUpCalledAndCallsBack() throws Exception {
    List<Integer> told = Collections.synchronizedList(new ArrayList<>());
    Progress progress = told::add;
    UnicastRemoteObject.exportObject(progress, 0);
    try {
      Sorter sorter = (Sorter) LocateRegistry.getRegistry("localhost", 1099).lookup("sorter");
      List<String> words = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        words.add("word " + (9_999 - i));
      }

      List<String> sorted = sorter.sorted(words, progress);

      Collections.sort(words);
      assertThat(sorted).isEqualTo(words);
      assertThat(told).containsExactly(10_000);
    } finally {
      UnicastRemoteObject.unexportObject(progress, true);
    }
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    assertThatThrownBy(() -> LocateRegistry.getRegistry("localhost", 1099).lookup("nobody"))
        .isInstanceOf(NotBoundException.class);
    assertThatThrownBy(() -> LocateRegistry.getRegistry("localhost", 1098).list())
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("Connection refused");
  }
}
