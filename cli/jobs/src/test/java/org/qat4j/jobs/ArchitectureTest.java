package org.qat4j.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.qat4j.jobs", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("org.qat4j.jobs.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule commands_areKnownToNobody =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.jobs.command")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.qat4j.jobs.command", "org.qat4j.cli", "picocli..");

  @ArchTest
  static final ArchRule configuration_knowsNoNetwork =
      noClasses()
          .that()
          .resideInAPackage("org.qat4j.jobs.config")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.deeplearning4j..",
              "org.nd4j..",
              "org.qat4j.training..",
              "org.qat4j.inference..");
}
