package org.samfast.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md, in the classes of every module. */
class ArchitectureTest {
    private static final String[] WEIGHTS = {
        "org.samfast.file..",
        "org.samfast.tensor..",
        "org.samfast.checkpoint..",
        "org.samfast.architecture..",
        "org.samfast.packed..",
        "org.samfast.convert.."
    };
    private static final String CLI = "org.samfast.cli..";
    private static final String ONNX = "org.samfast.onnx..";
    private static final String CUDA = "org.samfast.cuda..";

    private static final JavaClasses SAM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.samfast");

    @Test
    void weightsKnowsNoOtherModule() {
        classes()
                .that()
                .resideInAnyPackage(WEIGHTS)
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("org.samfast..")).or(resideInAnyPackage(WEIGHTS)))
                .check(SAM);
    }

    @Test
    void theDomainKnowsNoBackendAndNoCommandLine() {
        noClasses()
                .that(not(resideInAnyPackage(CLI, ONNX, CUDA)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLI, ONNX, CUDA)
                .check(SAM);
    }

    @Test
    void theCommandLineNamesNoBackend() {
        noClasses()
                .that()
                .resideInAPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ONNX, CUDA, "ai.onnxruntime..")
                .check(SAM);
    }

    @Test
    void aBackendKnowsNeitherTheOtherNorTheCommandLine() {
        noClasses()
                .that()
                .resideInAPackage(ONNX)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CUDA, CLI)
                .check(SAM);
        noClasses()
                .that()
                .resideInAPackage(CUDA)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ONNX, CLI)
                .check(SAM);
    }

    @Test
    void thePackagesHaveNoCycles() {
        slices().matching("org.samfast.(*)..").should().beFreeOfCycles().check(SAM);
        slices().matching("org.samfast.cli.(*)..").should().beFreeOfCycles().check(SAM);
    }

    @Test
    void whatCommandsAreMadeOfKnowsNoCommand() {
        noClasses()
                .that()
                .resideInAPackage("org.samfast.cli.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.samfast.cli")
                .check(SAM);
    }

    @Test
    void onlyMainEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Main.class.getName())
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(SAM);
    }
}
