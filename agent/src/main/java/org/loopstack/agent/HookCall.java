// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.net.SocketImpl;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A call from a class of the JDK to {@link Hooks}. The JDK's classes see only the JDK, so a class
 * that is made for it, {@code java.net.LoopstackHooks}, holds a function of this side in a field.
 * (A jar given to the boot loader would do, too, but has the JVM warn about its archive of
 * classes.)
 */
final class HookCall {
  private static final String NAME = "java.net.LoopstackHooks";
  private static final ClassDesc HOLDER = ClassDesc.of(NAME);
  private static final ClassDesc FUNCTION = ClassDesc.of("java.util.function.BiFunction");
  private static final String FIELD = "hook";

  private record Argument(int slot, TypeKind kind) {}

  private final HookName hook;
  private final List<Argument> arguments = new ArrayList<>();

  private HookCall(HookName hook) {
    this.hook = hook;
  }

  /** Makes the class in the JDK that leads here. */
  static void open() {
    try {
      MethodHandles.Lookup net =
          MethodHandles.privateLookupIn(SocketImpl.class, MethodHandles.lookup());
      Class<?> holder =
          net.defineClass(
              ClassFile.of()
                  .build(
                      HOLDER,
                      type ->
                          type.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL)
                              .withField(
                                  FIELD, FUNCTION, ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC)));
      BiFunction<String, Object[], Object> function = Hooks::answer;
      holder.getField(FIELD).set(null, function);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalStateException("java.net of this JDK is closed: " + e, e);
    }
  }

  static HookCall to(HookName hook) {
    return new HookCall(hook);
  }

  /** Passes a local variable: a reference, an int or a boolean. */
  HookCall with(int slot, TypeKind kind) {
    arguments.add(new Argument(slot, kind));
    return this;
  }

  /** Calls; the answer is an object or null. */
  CodeBuilder emit(CodeBuilder code) {
    code.getstatic(HOLDER, FIELD, FUNCTION)
        .loadConstant(hook.name())
        .loadConstant(arguments.size())
        .anewarray(ConstantDescs.CD_Object);
    for (int i = 0; i < arguments.size(); i++) {
      code.dup().loadConstant(i);
      load(code, arguments.get(i));
      code.aastore();
    }
    return apply(code);
  }

  /** Calls with what is on the stack, a reference, and leaves the answer in its place. */
  static CodeBuilder emitOnTop(CodeBuilder code, HookName hook) {
    int value = code.allocateLocal(TypeKind.REFERENCE);
    return to(hook).with(value, TypeKind.REFERENCE).emit(code.astore(value));
  }

  private static void load(CodeBuilder code, Argument argument) {
    switch (argument.kind) {
      case INT ->
          code.iload(argument.slot)
              .invokestatic(
                  ConstantDescs.CD_Integer,
                  "valueOf",
                  MethodTypeDesc.of(ConstantDescs.CD_Integer, ConstantDescs.CD_int));
      case BOOLEAN ->
          code.iload(argument.slot)
              .invokestatic(
                  ConstantDescs.CD_Boolean,
                  "valueOf",
                  MethodTypeDesc.of(ConstantDescs.CD_Boolean, ConstantDescs.CD_boolean));
      default -> code.aload(argument.slot);
    }
  }

  private static CodeBuilder apply(CodeBuilder code) {
    return code.invokeinterface(
        FUNCTION,
        "apply",
        MethodTypeDesc.of(
            ConstantDescs.CD_Object, ConstantDescs.CD_Object, ConstantDescs.CD_Object));
  }
}
