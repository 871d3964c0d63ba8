package org.qat4j.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "org.qat4j.examples",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  /** What README.md and the documents show; the rest may change. */
  @ArchTest
  static final ArchRule programs_useWhatIsOfferedToEverybody =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.qat4j.layers..", "org.qat4j.kernels..", "org.qat4j.onnx..", "org.qat4j.files..");

  @ArchTest
  static final ArchRule networks_knowNoQuantization =
      noClasses()
          .that()
          .resideInAPackage("org.qat4j.examples.networks")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.qat4j.training..",
              "org.qat4j.layers..",
              "org.qat4j.graph..",
              "org.qat4j.inference..");
}
