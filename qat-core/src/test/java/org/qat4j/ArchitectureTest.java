package org.qat4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of ARCHITECTURE.md. */
@AnalyzeClasses(packages = "org.qat4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule arrows =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("scheme")
          .definedBy("org.qat4j.scheme..")
          .layer("observer")
          .definedBy("org.qat4j.observer..")
          .layer("graph")
          .definedBy("org.qat4j.graph..")
          .layer("files")
          .definedBy("org.qat4j.files..")
          .layer("onnx")
          .definedBy("org.qat4j.onnx..")
          .layer("runtime")
          .definedBy("org.qat4j.runtime..")
          .layer("inference")
          .definedBy("org.qat4j.inference..")
          .whereLayer("inference")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("onnx")
          .mayOnlyBeAccessedByLayers("inference")
          .whereLayer("runtime")
          .mayOnlyBeAccessedByLayers("inference")
          .whereLayer("files")
          .mayOnlyBeAccessedByLayers("onnx")
          .whereLayer("graph")
          .mayOnlyBeAccessedByLayers("onnx", "runtime", "inference")
          .whereLayer("observer")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule noCycles = slices().matching("org.qat4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule noNd4j =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..");

  @ArchTest
  static final ArchRule onnxClassesStayInside =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.onnx..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.onnx..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule oneDnnStaysInside =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.runtime.onednn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco.dnnl..");
}
