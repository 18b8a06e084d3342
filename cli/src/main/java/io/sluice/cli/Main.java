package io.sluice.cli;

/** The entry point of the {@code sluice} command. */
public final class Main {

    private Main() {}

    /** Prints the version. */
    public static void main(String[] args) {
        String version = Main.class.getPackage().getImplementationVersion();
        // The version is in the manifest, so classes that are run without their jar have none.
        System.out.println("sluice " + (version == null ? "(not packaged)" : version));
    }
}
