// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import org.loopstack.relay.PortMapping;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads what {@code --publish} and {@code --reach} are given: one port, or two, the outer first.
 */
final class PortMappings implements ITypeConverter<PortMapping> {
  @Override
  public PortMapping convert(String value) {
    int slash = value.indexOf('/');
    String ports = slash < 0 ? value : value.substring(0, slash);
    String protocol = slash < 0 ? "" : value.substring(slash);
    try {
      return PortMapping.parse((ports.contains(":") ? ports : ports + ":" + ports) + protocol);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "\"" + value + "\" is not PORT or PORT:PORT, with /udp or without, from 1 to 65535");
    }
  }
}
