// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

/** ICMP's errors in the words of iputils' ping (RFC 792, RFC 1122 and RFC 4443). */
public final class IcmpErrors {
  private IcmpErrors() {}

  /**
   * What ping prints.
   *
   * @param mtu of an error that says that a packet was too big
   */
  public static String describe(boolean ipv6, int type, int code, int mtu) {
    return ipv6 ? describeInet6(type, code, mtu) : describeInet(type, code, mtu);
  }

  private static String describeInet(int type, int code, int mtu) {
    return switch (type) {
      case 3 ->
          switch (code) {
            case 0 -> "Destination Net Unreachable";
            case 1 -> "Destination Host Unreachable";
            case 2 -> "Destination Protocol Unreachable";
            case 3 -> "Destination Port Unreachable";
            case 4 -> "Frag needed and DF set (mtu = " + mtu + ")";
            case 5 -> "Source Route Failed";
            case 6 -> "Destination Net Unknown";
            case 7 -> "Destination Host Unknown";
            case 8 -> "Source Host Isolated";
            case 9 -> "Destination Net Prohibited";
            case 10 -> "Destination Host Prohibited";
            case 11 -> "Destination Net Unreachable for Type of Service";
            case 12 -> "Destination Host Unreachable for Type of Service";
            case 13 -> "Packet filtered";
            case 14 -> "Precedence Violation";
            case 15 -> "Precedence Cutoff";
            default -> "Dest Unreachable, Bad Code: " + code;
          };
      case 4 -> "Source Quench";
      case 11 ->
          switch (code) {
            case 0 -> "Time to live exceeded";
            case 1 -> "Frag reassembly time exceeded";
            default -> "Time exceeded, Bad Code: " + code;
          };
      case 12 -> "Parameter problem";
      default -> "Bad ICMP type: " + type;
    };
  }

  private static String describeInet6(int type, int code, int mtu) {
    return switch (type) {
      case 1 ->
          "Destination unreachable: "
              + switch (code) {
                case 0 -> "No route";
                case 1 -> "Administratively prohibited";
                case 2 -> "Beyond scope of source address";
                case 3 -> "Address unreachable";
                case 4 -> "Port unreachable";
                default -> "Unknown code " + code;
              };
      case 2 -> "Packet too big: mtu=" + mtu;
      case 3 -> "Time exceeded: " + (code == 0 ? "Hop limit" : "Defragmentation failure");
      case 4 -> "Parameter problem";
      default -> "Bad ICMP type: " + type;
    };
  }
}
