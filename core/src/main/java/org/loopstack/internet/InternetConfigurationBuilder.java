// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.time.Duration;

/**
 * Builds an {@link InternetConfiguration}; each setter is described there. Used by one thread at a
 * time.
 */
public final class InternetConfigurationBuilder {
  private boolean loopbackUp;
  private InternetConfiguration.HostModel hostModel;
  private boolean routeLocalnet;
  private boolean acceptSourceRoute;
  private boolean echoIgnoreAll;
  private boolean echoIgnoreBroadcasts;
  private boolean echoIgnoreMulticast;
  private int defaultTtl;
  private boolean autoFlowLabels;
  private int reassemblyMemory;
  private Duration reassemblyTimeoutIpv4;
  private Duration reassemblyTimeoutIpv6;
  private Duration icmpErrorInterval;
  private int icmpErrorBurst;
  private int icmpMessagesPerSecond;
  private int icmpMessagesBurst;
  private Duration pathMtuLifetime;
  private int minimumPathMtu;
  private PolicyTable policyTable;

  InternetConfigurationBuilder(InternetConfiguration c) {
    loopbackUp = c.loopbackUp();
    hostModel = c.hostModel();
    routeLocalnet = c.routeLocalnet();
    acceptSourceRoute = c.acceptSourceRoute();
    echoIgnoreAll = c.echoIgnoreAll();
    echoIgnoreBroadcasts = c.echoIgnoreBroadcasts();
    echoIgnoreMulticast = c.echoIgnoreMulticast();
    defaultTtl = c.defaultTtl();
    autoFlowLabels = c.autoFlowLabels();
    reassemblyMemory = c.reassemblyMemory();
    reassemblyTimeoutIpv4 = c.reassemblyTimeoutIpv4();
    reassemblyTimeoutIpv6 = c.reassemblyTimeoutIpv6();
    icmpErrorInterval = c.icmpErrorInterval();
    icmpErrorBurst = c.icmpErrorBurst();
    icmpMessagesPerSecond = c.icmpMessagesPerSecond();
    icmpMessagesBurst = c.icmpMessagesBurst();
    pathMtuLifetime = c.pathMtuLifetime();
    minimumPathMtu = c.minimumPathMtu();
    policyTable = c.policyTable();
  }

  /** Sets {@link InternetConfiguration#loopbackUp}. */
  public InternetConfigurationBuilder loopbackUp(boolean value) {
    loopbackUp = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#hostModel}. */
  public InternetConfigurationBuilder hostModel(InternetConfiguration.HostModel value) {
    hostModel = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#routeLocalnet}. */
  public InternetConfigurationBuilder routeLocalnet(boolean value) {
    routeLocalnet = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#acceptSourceRoute}. */
  public InternetConfigurationBuilder acceptSourceRoute(boolean value) {
    acceptSourceRoute = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#echoIgnoreAll}. */
  public InternetConfigurationBuilder echoIgnoreAll(boolean value) {
    echoIgnoreAll = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#echoIgnoreBroadcasts}. */
  public InternetConfigurationBuilder echoIgnoreBroadcasts(boolean value) {
    echoIgnoreBroadcasts = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#echoIgnoreMulticast}. */
  public InternetConfigurationBuilder echoIgnoreMulticast(boolean value) {
    echoIgnoreMulticast = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#defaultTtl}. */
  public InternetConfigurationBuilder defaultTtl(int value) {
    defaultTtl = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#autoFlowLabels}. */
  public InternetConfigurationBuilder autoFlowLabels(boolean value) {
    autoFlowLabels = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#reassemblyMemory}. */
  public InternetConfigurationBuilder reassemblyMemory(int value) {
    reassemblyMemory = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#reassemblyTimeoutIpv4}. */
  public InternetConfigurationBuilder reassemblyTimeoutIpv4(Duration value) {
    reassemblyTimeoutIpv4 = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#reassemblyTimeoutIpv6}. */
  public InternetConfigurationBuilder reassemblyTimeoutIpv6(Duration value) {
    reassemblyTimeoutIpv6 = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#icmpErrorInterval}. */
  public InternetConfigurationBuilder icmpErrorInterval(Duration value) {
    icmpErrorInterval = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#icmpErrorBurst}. */
  public InternetConfigurationBuilder icmpErrorBurst(int value) {
    icmpErrorBurst = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#icmpMessagesPerSecond}. */
  public InternetConfigurationBuilder icmpMessagesPerSecond(int value) {
    icmpMessagesPerSecond = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#icmpMessagesBurst}. */
  public InternetConfigurationBuilder icmpMessagesBurst(int value) {
    icmpMessagesBurst = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#pathMtuLifetime}. */
  public InternetConfigurationBuilder pathMtuLifetime(Duration value) {
    pathMtuLifetime = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#minimumPathMtu}. */
  public InternetConfigurationBuilder minimumPathMtu(int value) {
    minimumPathMtu = value;
    return this;
  }

  /** Sets {@link InternetConfiguration#policyTable}. */
  public InternetConfigurationBuilder policyTable(PolicyTable value) {
    policyTable = value;
    return this;
  }

  /**
   * The configuration with these values.
   *
   * @throws IllegalArgumentException if a value is out of range; the message holds it
   */
  public InternetConfiguration build() {
    return new InternetConfiguration(
        loopbackUp,
        hostModel,
        routeLocalnet,
        acceptSourceRoute,
        echoIgnoreAll,
        echoIgnoreBroadcasts,
        echoIgnoreMulticast,
        defaultTtl,
        autoFlowLabels,
        reassemblyMemory,
        reassemblyTimeoutIpv4,
        reassemblyTimeoutIpv6,
        icmpErrorInterval,
        icmpErrorBurst,
        icmpMessagesPerSecond,
        icmpMessagesBurst,
        pathMtuLifetime,
        minimumPathMtu,
        policyTable);
  }
}
