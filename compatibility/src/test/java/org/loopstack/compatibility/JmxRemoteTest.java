// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.UnicastRemoteObject;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.Attribute;
import javax.management.AttributeChangeNotification;
import javax.management.MBeanServer;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(
    library = "JMX remote connector",
    instance =
        "environment.put(RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE,"
            + " (RMIServerSocketFactory) stack.serverSocketFactory()::createServerSocket)",
    note =
        "the client of a single instance needs a serializable RMIClientSocketFactory that finds the"
            + " stack")
@Timeout(60)
class JmxRemoteTest {
  /** A bean. */
  public interface DialMBean {
    int getValue();

    void setValue(int value);
  }

  /** A bean that tells of its changes. */
  public static final class Dial extends NotificationBroadcasterSupport implements DialMBean {
    private int value;

    @Override
    public synchronized int getValue() {
      return value;
    }

    @Override
    public synchronized void setValue(int value) {
      Notification change =
          new AttributeChangeNotification(this, 1, 0, "turned", "Value", "int", this.value, value);
      this.value = value;
      sendNotification(change);
    }
  }

  private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
  private ObjectName name;
  private Registry registry;
  private JMXConnectorServer server;
  private JMXServiceURL url;

  @BeforeEach
  void start() throws Exception {
    name = new ObjectName("org.loopstack.compatibility:type=Dial");
    beans.registerMBean(new Dial(), name);
    registry = LocateRegistry.createRegistry(1097);
    url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://localhost:1097/jmxrmi");
    server = JMXConnectorServerFactory.newJMXConnectorServer(url, Map.of(), beans);
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
    UnicastRemoteObject.unexportObject(registry, true);
    beans.unregisterMBean(name);
  }

  @Test
  @SuppressWarnings("BanJNDI") // That is how JMX finds its connector; the registry is ours.
  void aBeanIsReadTurnedAndTellsOfIt() throws Exception {
    try (JMXConnector connector = JMXConnectorFactory.connect(url)) {
      MBeanServerConnection connection = connector.getMBeanServerConnection();
      BlockingQueue<Object> changes = new ArrayBlockingQueue<>(10);
      connection.addNotificationListener(
          name,
          (notification, handback) ->
              changes.add(((AttributeChangeNotification) notification).getNewValue()),
          null,
          null);

      connection.setAttribute(name, new Attribute("Value", 7));

      assertThat(connection.getAttribute(name, "Value")).isEqualTo(7);
      assertThat(changes.poll(20, TimeUnit.SECONDS)).isEqualTo(7);
      assertThat(connection.getAttribute(new ObjectName("java.lang:type=Runtime"), "Pid"))
          .isEqualTo(ProcessHandle.current().pid());
    }
  }
}
