// SPDX-License-Identifier: Apache-2.0

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.DocumentationTool;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/**
 * Writes the Javadoc of what the module exports, and fails where doclint complains: a public type or
 * member without a comment, a reference to nothing, bad HTML. Only the tags {@code @param}, {@code
 * @return} and {@code @throws} may be missing, where the sentence above says it all; and a
 * description, where the tags do.
 *
 * <p>Arguments: the source folder, the output folder, the path of the modules that it needs.
 */
final class JavadocCheck {
  private static final Pattern MAY_BE_MISSING =
      Pattern.compile("no @(param|return|throws)\\b.*|no main description", Pattern.DOTALL);

  private JavadocCheck() {}

  public static void main(String[] args) throws Exception {
    Path output = Path.of(args[1]);
    Files.createDirectories(output);
    List<String> options =
        List.of(
            "-quiet",
            "-Xdoclint:all",
            "-Xmaxwarns",
            "100000",
            "-protected",
            "-notimestamp",
            "-encoding",
            "UTF-8",
            "--module-path",
            args[2],
            "--module-source-path",
            "org.loopstack=" + args[0],
            "--module",
            "org.loopstack",
            "-d",
            output.toString());
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    DocumentationTool tool = ToolProvider.getSystemDocumentationTool();
    boolean written = tool.getTask(null, null, diagnostics, null, options, null).call();
    List<String> complaints =
        diagnostics.getDiagnostics().stream()
            .filter(diagnostic -> diagnostic.getKind() != Diagnostic.Kind.NOTE)
            .filter(
                diagnostic ->
                    !MAY_BE_MISSING.matcher(diagnostic.getMessage(Locale.ENGLISH)).matches())
            .map(JavadocCheck::line)
            .toList();
    complaints.forEach(complaint -> System.err.println("[ERROR] " + complaint));
    if (!written || !complaints.isEmpty()) {
      System.exit(1);
    }
  }

  private static String line(Diagnostic<? extends JavaFileObject> diagnostic) {
    String message = diagnostic.getMessage(Locale.ENGLISH);
    return diagnostic.getSource() == null
        ? message
        : diagnostic.getSource().getName() + ":" + diagnostic.getLineNumber() + ": " + message;
  }
}
