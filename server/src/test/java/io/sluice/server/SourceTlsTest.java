package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.sluice.core.SourceMessage.Claim;
import io.sluice.core.SourceRequest;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With TLS only those write who show a certificate that was signed for it. */
class SourceTlsTest extends SourceServerTest {
    private X509Bundle authority;
    private X509Bundle serverBundle;
    private SourceTls tls;

    @BeforeEach
    void sign() throws Exception {
        authority = authority("the authority");
        serverBundle = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
        tls = new SourceTls(
                write("server.pem", serverBundle.getCertificatePathPEM()),
                write("key.pem", serverBundle.getPrivateKeyPEM()),
                write("clients.pem", authority.getCertificatePEM()));
    }

    private static X509Bundle authority(String name) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private Path write(String name, String pem) throws IOException {
        return Files.writeString(folder.resolve(name), pem);
    }

    private Socket socket(@Nullable X509Bundle identity, String protocol) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", authority.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManager[] keys = null;
        if (identity != null) {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry("me", identity.getKeyPair().getPrivate(), new char[0], identity.getCertificatePath());
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own, new char[0]);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(keys, trust.getTrustManagers(), null);
        return context.getSocketFactory().createSocket();
    }

    private SourceClient connect(@Nullable X509Bundle identity) throws Exception {
        return new SourceClient(socket(identity, "TLS"), server.address());
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void withARightCertificateASourceWrites(Transport transport) throws Exception {
        start(options().withTls(tls), transport);
        X509Bundle source = new CertificateBuilder().subject("CN=source").buildIssuedBy(authority);
        try (SourceClient client = connect(source)) {
            client.greet();
            for (int i = 0; i < 200; i++) {
                client.sendOperation(4);
            }
            for (int i = 1; i <= 200; i++) {
                assertThat(client.committed(i).totalEntries()).isEqualTo(4L * i);
            }
            client.start().add(2, new byte[1_000_000]);
            client.committed(client.commit());
            client.send(new SourceRequest.GetEntry(1, 5, 800)).expect(SourceRequest.GetEntry.CODE, 5, 0);
            try (SourceClient other = connect(source)) {
                other.greetInVain(SourceClient.greeting(Claim.NEW, 99, 1), 102);
            }
            client.send(new SourceRequest.Close(1, 9)).expect(SourceRequest.Close.CODE, 9, 0);
            client.expectEnd();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void withoutACertificateOrWithAWrongOneNobodyDoes(String protocol) throws Exception {
        start(options().withTls(tls));
        X509Bundle wrong = new CertificateBuilder().subject("CN=source").buildIssuedBy(authority("another authority"));
        X509Bundle selfSigned = authority("source");
        for (X509Bundle identity : new X509Bundle[] {null, wrong, selfSigned}) {
            assertThatThrownBy(() -> {
                        try (SourceClient client = new SourceClient(socket(identity, protocol), server.address())) {
                            client.greet();
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(stream.leases().current()).isNull();
    }

    @Test
    void withoutTlsNobodyDoes() throws Exception {
        start(options().withTls(tls));
        SourceClient plain = connect();
        plain.send(SourceClient.greeting(Claim.NEW, 1, 1));
        assertThatThrownBy(plain::read).isInstanceOf(Exception.class);
        assertThat(stream.leases().current()).isNull();
    }

    @Test
    void aTokenMayBeWantedBeside() throws Exception {
        start(options().withTls(tls).withToken(new byte[] {1}));
        X509Bundle source = new CertificateBuilder().subject("CN=source").buildIssuedBy(authority);
        try (SourceClient client = connect(source)) {
            client.greetInVain(SourceClient.greeting(Claim.NEW, 1, 1), 101);
        }
    }

    @Test
    void filesThatAreNoneAreNamed() throws Exception {
        Path missing = folder.resolve("missing.pem");
        Path nonsense = write("nonsense.pem", "nonsense");
        for (SourceTls wrong : new SourceTls[] {
            new SourceTls(missing, tls.key(), tls.clientAuthorities()),
            new SourceTls(tls.certificate(), missing, tls.clientAuthorities()),
            new SourceTls(tls.certificate(), tls.key(), missing)
        }) {
            assertThatThrownBy(() -> start(options().withTls(wrong)))
                    .isInstanceOf(StreamServerException.class)
                    .hasMessageContaining(missing.toString());
        }
        for (SourceTls wrong : new SourceTls[] {
            new SourceTls(nonsense, tls.key(), tls.clientAuthorities()),
            new SourceTls(tls.certificate(), nonsense, tls.clientAuthorities()),
            new SourceTls(tls.certificate(), tls.key(), nonsense),
            new SourceTls(tls.key(), tls.certificate(), tls.clientAuthorities())
        }) {
            assertThatThrownBy(() -> start(options().withTls(wrong)))
                    .isInstanceOf(StreamServerException.class)
                    .hasMessageContaining("PEM");
        }
    }
}
