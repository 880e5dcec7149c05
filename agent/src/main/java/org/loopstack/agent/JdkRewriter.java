// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketImpl;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sun.nio.ch.Streams;

/**
 * Has a handful of the JDK's methods ask {@link Hooks} first. These are the ones that no property
 * and no service reaches: plain sockets (below proxies and below the application's own factories),
 * datagram sockets, reachability, the list of interfaces, and the streams of channels.
 */
final class JdkRewriter implements ClassFileTransformer {
  private static final ClassDesc SOCKET_IMPL = ClassDesc.of("java.net.SocketImpl");
  private static final ClassDesc DATAGRAM_CHANNEL =
      ClassDesc.of("java.nio.channels.DatagramChannel");
  private static final ClassDesc INTERFACE = ClassDesc.of("java.net.NetworkInterface");

  /** A class of the JDK, what is done to it, and how many places that concerns at least. */
  private record Change(
      Class<?> type, List<ClassTransform> transforms, AtomicInteger places, int least) {}

  private final Map<String, Change> changes = new LinkedHashMap<>();
  private final Map<String, Throwable> failures = new HashMap<>();

  private JdkRewriter() {
    change(SocketImpl.class, 1, JdkRewriter::sockets);
    change(DatagramSocket.class, 1, JdkRewriter::datagrams);
    change(InetAddress.class, 1, JdkRewriter::reachability);
    change(NetworkInterface.class, 5, JdkRewriter::interfaces);
    change(Streams.class, 2, JdkRewriter::streams);
  }

  private interface Rule {
    List<ClassTransform> transforms(AtomicInteger places);
  }

  private void change(Class<?> type, int least, Rule rule) {
    AtomicInteger places = new AtomicInteger();
    Change change = new Change(type, rule.transforms(places), places, least);
    changes.put(type.getName().replace('.', '/'), change);
  }

  /**
   * Rewrites.
   *
   * @throws IllegalStateException with a line for the user, if this JDK is not as expected
   */
  static void rewrite(Instrumentation instrumentation) {
    JdkRewriter rewriter = new JdkRewriter();
    List<Class<?>> types = new ArrayList<>();
    rewriter.changes.values().forEach(change -> types.add(change.type));
    instrumentation.addTransformer(rewriter, true);
    try {
      instrumentation.retransformClasses(types.toArray(new Class<?>[0]));
    } catch (UnmodifiableClassException e) {
      throw new IllegalStateException("This JDK's classes cannot be changed: " + e, e);
    } finally {
      instrumentation.removeTransformer(rewriter);
    }
    rewriter.check();
  }

  private void check() {
    for (Map.Entry<String, Change> each : changes.entrySet()) {
      Change change = each.getValue();
      Throwable failure = failures.get(each.getKey());
      if (failure != null || change.places.get() < change.least) {
        throw new IllegalStateException(
            change.type.getName()
                + " of Java "
                + Runtime.version()
                + " is not as the agent expects it"
                + (failure == null ? "" : ": " + failure),
            failure);
      }
    }
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable Module module,
      @Nullable ClassLoader loader,
      @Nullable String name,
      @Nullable Class<?> type,
      @Nullable ProtectionDomain domain,
      byte[] classfile) {
    Change change = name == null || loader != null ? null : changes.get(name);
    if (change == null) {
      return null;
    }
    try {
      // One pass each: two that both begin a method's body do not compose.
      byte[] result = classfile;
      ClassFile files = ClassFile.of();
      for (ClassTransform each : change.transforms) {
        result = files.transformClass(files.parse(result), each);
      }
      return result;
    } catch (RuntimeException | LinkageError e) {
      // The JVM would swallow it.
      failures.put(name, e);
      return null;
    }
  }

  // ---------------------------------------------------------------- the changes

  /** Replaces the body of {@code createPlatformSocketImpl(boolean)}. */
  private static List<ClassTransform> sockets(AtomicInteger places) {
    CodeTransform first =
        atStart(
            places,
            code ->
                HookCall.to(HookName.SOCKET_IMPL)
                    .with(0, TypeKind.BOOLEAN)
                    .emit(code)
                    .checkcast(SOCKET_IMPL)
                    .areturn());
    return List.of(inMethod("createPlatformSocketImpl", 1, first));
  }

  /** In {@code createDelegate}, opens another channel in place of the JDK's own. */
  private static List<ClassTransform> datagrams(AtomicInteger places) {
    CodeTransform replace =
        (code, element) -> {
          if (isCall(element, Set.of("openUninterruptibleDatagramChannel"))) {
            places.incrementAndGet();
            HookCall.to(HookName.DATAGRAM_CHANNEL).emit(code.pop()).checkcast(DATAGRAM_CHANNEL);
          } else {
            code.with(element);
          }
        };
    return List.of(inMethod("createDelegate", 2, replace));
  }

  /**
   * Answers {@code isReachable(NetworkInterface, int, int)} for addresses of the stack's. What is
   * wrong with the arguments is left to the JDK to say.
   */
  private static List<ClassTransform> reachability(AtomicInteger places) {
    CodeTransform first =
        atStart(
            places,
            code -> {
              int answer = code.allocateLocal(TypeKind.REFERENCE);
              Label machine = code.newLabel();
              code.iload(2).iflt(machine).iload(3).iflt(machine);
              HookCall.to(HookName.REACHABLE)
                  .with(0, TypeKind.REFERENCE)
                  .with(2, TypeKind.INT)
                  .with(3, TypeKind.INT)
                  .emit(code)
                  .astore(answer)
                  .aload(answer)
                  .ifnull(machine)
                  .aload(answer)
                  .checkcast(ConstantDescs.CD_Boolean)
                  .invokevirtual(
                      ConstantDescs.CD_Boolean,
                      "booleanValue",
                      MethodTypeDesc.of(ConstantDescs.CD_boolean))
                  .ireturn()
                  .labelBinding(machine);
            });
    return List.of(inMethod("isReachable", 3, first));
  }

  /** Wherever {@code NetworkInterface} asks the machine, changes the answer. */
  private static List<ClassTransform> interfaces(AtomicInteger places) {
    CodeTransform change =
        (code, element) -> {
          code.with(element);
          if (isCall(element, Set.of("getAll"))) {
            places.incrementAndGet();
            HookCall.emitOnTop(code, HookName.INTERFACES).checkcast(INTERFACE.arrayType());
          } else if (isCall(element, Set.of("getByName0", "getByIndex0", "getByInetAddress0"))) {
            places.incrementAndGet();
            HookCall.emitOnTop(code, HookName.INTERFACE).checkcast(INTERFACE);
          }
        };
    return List.of(ClassTransform.transformingMethodBodies(change));
  }

  /** {@code Streams.of}: for channels of ours, streams that work in both directions at once. */
  private static List<ClassTransform> streams(AtomicInteger places) {
    ClassDesc in = ClassDesc.of("java.io.InputStream");
    ClassDesc out = ClassDesc.of("java.io.OutputStream");
    return List.of(
        stream(places, in, HookName.INPUT_STREAM), stream(places, out, HookName.OUTPUT_STREAM));
  }

  private static ClassTransform stream(AtomicInteger places, ClassDesc type, HookName hook) {
    CodeTransform first =
        atStart(
            places,
            code -> {
              int stream = code.allocateLocal(TypeKind.REFERENCE);
              Label others = code.newLabel();
              HookCall.to(hook)
                  .with(0, TypeKind.REFERENCE)
                  .emit(code)
                  .astore(stream)
                  .aload(stream)
                  .ifnull(others)
                  .aload(stream)
                  .checkcast(type)
                  .areturn()
                  .labelBinding(others);
            });
    return ClassTransform.transformingMethodBodies(
        method ->
            method.methodName().equalsString("of")
                && method.methodTypeSymbol().returnType().equals(type),
        first);
  }

  // ---------------------------------------------------------------- parts of them

  private static ClassTransform inMethod(String name, int parameters, CodeTransform transform) {
    return ClassTransform.transformingMethodBodies(
        method ->
            method.methodName().equalsString(name)
                && method.methodTypeSymbol().parameterCount() == parameters,
        transform);
  }

  private static boolean isCall(CodeElement element, Set<String> names) {
    return element instanceof InvokeInstruction call && names.contains(call.name().stringValue());
  }

  /** Puts code before a method's own. */
  private static CodeTransform atStart(AtomicInteger places, Consumer<CodeBuilder> prologue) {
    return CodeTransform.ofStateful(
        () ->
            new CodeTransform() {
              @Override
              public void atStart(CodeBuilder code) {
                places.incrementAndGet();
                prologue.accept(code);
              }

              @Override
              public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
              }
            });
  }
}
