// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.nio.channels.SelectionKey;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A selected-key set as its users see it: "keys may be removed from, but not directly added". */
final class SelectedKeys extends AbstractSet<SelectionKey> {
  private final Set<SelectionKey> keys;

  SelectedKeys(Set<SelectionKey> keys) {
    this.keys = keys;
  }

  @Override
  public Iterator<SelectionKey> iterator() {
    return keys.iterator();
  }

  @Override
  public int size() {
    return keys.size();
  }

  @Override
  public boolean contains(@Nullable Object key) {
    return keys.contains(key);
  }

  @Override
  public boolean remove(@Nullable Object key) {
    return keys.remove(key);
  }

  @Override
  public void clear() {
    keys.clear();
  }
}
