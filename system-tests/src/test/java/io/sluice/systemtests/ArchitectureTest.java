package io.sluice.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;

/**
 * Arrows go down only. Each module names everything it may know, so that a new dependency is a decision that somebody
 * makes here.
 */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String CORE = "io.sluice.core..";
    private static final String STORAGE = "io.sluice.storage..";
    private static final String CLIENT = "io.sluice.client..";
    private static final String SOURCE = "io.sluice.source..";
    private static final String SERVER = "io.sluice.server..";
    private static final String RELAY = "io.sluice.server.relay..";
    private static final String ZKEVM = "io.sluice.zkevm";
    private static final String ZKEVM_WIRE = "io.sluice.zkevm.wire";
    private static final String ZKEVM_TX = "io.sluice.zkevm.tx..";
    private static final String CLI = "io.sluice.cli..";
    private static final String SAMPLES = "io.sluice.samples..";

    private static final String JDK = "java..";
    private static final String TLS = "javax.net..";
    private static final String NULLNESS = "org.jspecify..";
    private static final String LOGGING = "org.slf4j..";
    private static final String INDEX = "org.h2.mvstore..";
    private static final String NETTY = "io.netty..";
    private static final String PROTOBUF = "com.google.protobuf..";
    private static final String RLP = "com.esaulpaugh.headlong.rlp..";
    private static final String CRYPTOGRAPHY = "org.bouncycastle..";

    @ArchTest
    static final ArchRule coreKnowsTheJdkOnly = only(CORE, JDK, NULLNESS);

    @ArchTest
    static final ArchRule storageKnowsCore = only(STORAGE, JDK, NULLNESS, LOGGING, INDEX, CORE);

    @ArchTest
    static final ArchRule clientKnowsCore = CompositeArchRule.of(only(CLIENT, JDK, TLS, NULLNESS, CORE))
            .and(only(SOURCE, JDK, TLS, NULLNESS, CORE, CLIENT));

    @ArchTest
    static final ArchRule zkevmKnowsCore = CompositeArchRule.of(only(ZKEVM, JDK, NULLNESS, CORE, PROTOBUF, ZKEVM_WIRE))
            .and(only(ZKEVM_TX, JDK, NULLNESS, ZKEVM, RLP, CRYPTOGRAPHY));

    /** What protoc makes is public, since it cannot help it. */
    @ArchTest
    static final ArchRule nobodyElseKnowsTheMessages = noClasses()
            .that()
            .resideOutsideOfPackages(ZKEVM, ZKEVM_WIRE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ZKEVM_WIRE)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule serverKnowsCoreAndStorage =
            only(SERVER, JDK, TLS, NULLNESS, LOGGING, NETTY, CORE, STORAGE, CLIENT, SOURCE);

    /** A relay is a server whose only writer is a client; nothing else in the server is a client. */
    @ArchTest
    static final ArchRule onlyTheRelayIsAClient = noClasses()
            .that()
            .resideInAPackage(SERVER)
            .and()
            .resideOutsideOfPackage(RELAY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CLIENT, SOURCE)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodyKnowsTheCommand = noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CLI)
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodyKnowsTheSamples = noClasses()
            .that()
            .resideOutsideOfPackage(SAMPLES)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(SAMPLES)
            .allowEmptyShould(true);

    /** Classes of a package know their own package and what is named, nothing else. */
    private static ArchRule only(String owner, String... known) {
        String[] allowed = new String[known.length + 1];
        allowed[0] = owner;
        System.arraycopy(known, 0, allowed, 1, known.length);
        return classes()
                .that()
                .resideInAPackage(owner)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                // A module may be empty while it is being written.
                .allowEmptyShould(true);
    }
}
