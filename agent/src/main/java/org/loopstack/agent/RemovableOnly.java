// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.util.AbstractSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.Set;

/** A selected-key set: "Keys may be removed from, but not directly added to". */
final class RemovableOnly<E> extends AbstractSet<E> {
  private final Set<E> set;

  RemovableOnly(Set<E> set) {
    this.set = set;
  }

  @Override
  public boolean add(E element) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean addAll(Collection<? extends E> elements) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean contains(Object element) {
    return set.contains(element);
  }

  @Override
  public boolean remove(Object element) {
    return set.remove(element);
  }

  @Override
  public Iterator<E> iterator() {
    return set.iterator();
  }

  @Override
  public int size() {
    return set.size();
  }

  @Override
  public void clear() {
    set.clear();
  }
}
