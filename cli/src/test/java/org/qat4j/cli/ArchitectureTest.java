package org.qat4j.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.qat4j.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("org.qat4j.cli.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule commandLine_isKnownToNobody =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.cli")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.qat4j.cli", "picocli..");

  @ArchTest
  static final ArchRule data_knowsNoNetwork =
      noClasses()
          .that()
          .resideInAPackage("org.qat4j.cli.data")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.qat4j.graph..", "org.qat4j.inference..", "org.qat4j.runtime..");

  @ArchTest
  static final ArchRule everything_needsNoDeeplearning4j =
      noClasses()
          .that()
          .resideInAPackage("org.qat4j.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.deeplearning4j..", "org.nd4j..", "org.qat4j.training..", "org.qat4j.layers..");
}
