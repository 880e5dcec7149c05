// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for localhost that signs itself, made with keytool and worth nothing elsewhere. */
final class TestCertificate {
  private static final char[] PASSWORD = "loopstack".toCharArray();

  private TestCertificate() {}

  /** A context whose servers show the certificate and whose clients trust no other. */
  static SSLContext context() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = TestCertificate.class.getResourceAsStream("localhost.p12")) {
      store.load(Objects.requireNonNull(file), PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
