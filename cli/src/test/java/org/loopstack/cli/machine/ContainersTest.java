// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainersTest {
  private static final String ID =
      "3f2a81c09bd4e1f00aa94c4be1f6a0f6f1b8f3cbb8d0e3d1d1f1a7b3c2d4e5f6";

  @ParameterizedTest
  @CsvSource({
    "0::/system.slice/docker-ID.scope, docker 3f2a81c09bd4",
    "12:memory:/docker/ID, docker 3f2a81c09bd4",
    "0::/machine.slice/libpod-ID.scope, podman 3f2a81c09bd4",
    "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope/container,"
        + " podman 3f2a81c09bd4",
    "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-ID.scope, containerd 3f2a81c09bd4",
    "0::/kubepods/besteffort/pod77/ID, kubernetes 3f2a81c09bd4",
    "0::/kubepods.slice/crio-ID.scope, cri-o 3f2a81c09bd4",
    "0::/lxc.payload.web/init.scope, lxc web",
    "0::/machine.slice/machine-web.scope, nspawn web"
  })
  void aContainerIsToldByItsControlGroup(String line, String container) {
    assertThat(Containers.of(List.of("1:name=systemd:/", line.replace("ID", ID))))
        .isEqualTo(container);
  }

  @Test
  void whatIsInNoneIsInNone() {
    assertThat(Containers.of(List.of("0::/system.slice/docker.service", "0::/user.slice")))
        .isNull();
    assertThat(Containers.of(List.of())).isNull();
  }
}
