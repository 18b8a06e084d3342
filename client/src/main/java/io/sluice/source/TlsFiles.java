package io.sluice.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS from files in PEM, as servers and their tools have them.
 *
 * <p><b>Threading:</b> stateless.
 */
public final class TlsFiles {
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private TlsFiles() {}

    /**
     * How to connect with a server that is vouched for by these authorities, as who this certificate says.
     *
     * @param authorities certificates that sign the server's
     * @param certificate the source's own, followed by those that sign it, if the server does not know them
     * @param key the certificate's private key, in PKCS 8 without a password
     * @throws IllegalArgumentException when a file cannot be read, or holds something else
     */
    public static SSLContext context(Path authorities, Path certificate, Path key) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(keyStore(certificate, key), new char[0]);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trustStore(authorities));
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + Wording.reason(e), e);
        }
    }

    private static KeyStore trustStore(Path authorities) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        int count = 0;
        for (Certificate authority : certificates(authorities)) {
            store.setCertificateEntry("authority-" + count++, authority);
        }
        return store;
    }

    private static KeyStore keyStore(Path certificate, Path key) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
        store.setKeyEntry("source", key(key), new char[0], chain);
        return store;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws GeneralSecurityException, IOException {
        Collection<? extends Certificate> found;
        try (InputStream pem = open(file)) {
            found = CertificateFactory.getInstance("X.509").generateCertificates(pem);
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException(file + " holds no certificates in PEM", e);
        }
        if (found.isEmpty()) {
            throw new GeneralSecurityException(file + " holds no certificate");
        }
        return found;
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
        String pem;
        try (InputStream bytes = open(file)) {
            pem = new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        Matcher key = KEY.matcher(pem);
        if (!key.find()) {
            throw new GeneralSecurityException(
                    file + " holds no private key in PKCS 8 (it begins with -----BEGIN PRIVATE KEY-----)");
        }
        PKCS8EncodedKeySpec spec =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key.group(1)));
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException ignored) {
                // A key of another kind.
            }
        }
        throw new GeneralSecurityException(file + " holds a private key of another kind than " + KEY_ALGORITHMS);
    }

    private static InputStream open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + file);
        }
        return Files.newInputStream(file);
    }
}
