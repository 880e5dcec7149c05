// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.loopstack.bench.rows.ServedRoundTrip;

class RevisionTest {
  @Test
  void twoRevisionsWorkSideBySideInOneJvm() throws Exception {
    Revision one = Revision.ofThisJvm("one");
    Revision other = Revision.ofThisJvm("other");
    try (Side first = one.open();
        Side second = other.open();
        SocketChannel ofFirst = first.openSocket();
        SocketChannel ofSecond = second.openSocket()) {
      ServedRoundTrip.run(first);
      ServedRoundTrip.run(second);
      assertThat(ofFirst.getClass()).isNotSameAs(ofSecond.getClass());
      assertThat(ofFirst.getClass().getName()).isEqualTo(ofSecond.getClass().getName());
    }
  }

  @Test
  void aRevisionPollsAsThisOneDoes() throws Exception {
    try (Side revision = Revision.ofThisJvm("HEAD").open();
        Side polling = revision.polling()) {
      ServedRoundTrip.run(polling);
      assertThat(polling.name()).isEqualTo(revision.name());
    }
  }

  @Test
  void everySideCanBeMadeAgainByItsRecipe() throws Exception {
    try (Side kernel = new KernelSide(null);
        Side ours = new StackSide();
        Side revision = Revision.ofThisJvm("HEAD").open()) {
      for (Side side : List.of(kernel, ours, revision)) {
        try (Side again = Sides.of(side.recipe())) {
          assertThat(again.name()).isEqualTo(side.name());
          ServedRoundTrip.run(again);
        }
      }
    }
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    assertThatThrownBy(() -> new Revision("old", Path.of("no-such.jar")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such.jar");
    assertThatThrownBy(() -> Sides.of(List.of("windows")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("windows");
  }
}
