package org.qat4j.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "org.qat4j.examples",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("org.qat4j.examples.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule commandLine_isKnownToNobody =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.examples.cli")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.qat4j.examples.cli", "picocli..");

  @ArchTest
  static final ArchRule dataAndConfiguration_knowNoNetwork =
      noClasses()
          .that()
          .resideInAnyPackage("org.qat4j.examples.data", "org.qat4j.examples.config")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.deeplearning4j..",
              "org.nd4j..",
              "org.qat4j.training..",
              "org.qat4j.inference..");
}
