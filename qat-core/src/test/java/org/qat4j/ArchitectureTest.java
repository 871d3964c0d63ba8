package org.qat4j;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/** The arrows of ARCHITECTURE.md. */
@AnalyzeClasses(packages = "org.qat4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final Class<?>[] DOORS = {
    OnnxReader.class, OnnxWriter.class, OnnxFormatException.class
  };

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
  static final ArchRule onnxIsReadAndWrittenThroughItsDoors =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.onnx..")
          .should()
          .dependOnClassesThat(resideInAPackage("org.qat4j.onnx..").and(not(belongToAnyOf(DOORS))));

  @ArchTest
  static final ArchRule onnxWings =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("shared")
          .definedBy("org.qat4j.onnx")
          .layer("write")
          .definedBy("org.qat4j.onnx.write..")
          .layer("read")
          .definedBy("org.qat4j.onnx.read")
          .layer("nodes")
          .definedBy("org.qat4j.onnx.read.nodes..")
          .layer("values")
          .definedBy("org.qat4j.onnx.read.values..")
          .layer("file")
          .definedBy("org.qat4j.onnx.read.file..")
          .whereLayer("read")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("write")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("nodes")
          .mayOnlyBeAccessedByLayers("read")
          .whereLayer("values")
          .mayOnlyBeAccessedByLayers("read", "nodes")
          .whereLayer("file")
          .mayOnlyBeAccessedByLayers("read", "nodes", "values");

  /** Each package is a slice of its own, so that a circle between inner ones is seen too. */
  @ArchTest
  static final ArchRule noCyclesBetweenPackages =
      slices().matching("org.qat4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule oneDnnStaysInside =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.runtime.onednn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco.dnnl..");
}
