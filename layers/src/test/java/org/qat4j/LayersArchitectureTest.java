package org.qat4j;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** The arrows of ARCHITECTURE.md. */
@AnalyzeClasses(
    packages = {
      "org.qat4j.distillation",
      "org.qat4j.kernels",
      "org.qat4j.pruning",
      "org.qat4j.quantizers",
      "org.qat4j.layers",
      "org.qat4j.training",
      "org.qat4j.posttraining"
    },
    importOptions = ImportOption.DoNotIncludeTests.class)
class LayersArchitectureTest {

  @ArchTest
  static final ArchRule arrows =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("kernels")
          .definedBy("org.qat4j.kernels..")
          .layer("pruning")
          .definedBy("org.qat4j.pruning..")
          .layer("quantizers")
          .definedBy("org.qat4j.quantizers..")
          .layer("layers")
          .definedBy("org.qat4j.layers..")
          .layer("training")
          .definedBy("org.qat4j.training..")
          .layer("posttraining")
          .definedBy("org.qat4j.posttraining..")
          .whereLayer("posttraining")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("training")
          .mayOnlyBeAccessedByLayers("posttraining")
          .whereLayer("pruning")
          .mayOnlyBeAccessedByLayers("layers", "training", "posttraining")
          .whereLayer("quantizers")
          .mayOnlyBeAccessedByLayers("layers", "training", "posttraining")
          .whereLayer("layers")
          .mayOnlyBeAccessedByLayers("training", "posttraining");

  @ArchTest
  static final ArchRule noCycles = slices().matching("org.qat4j.(**)").should().beFreeOfCycles();

  /** They are found by {@code ServiceLoader}. */
  @ArchTest
  static final ArchRule kernelFamiliesAreKnownToNobody =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.qat4j.kernels.nd4j..", "org.qat4j.kernels.onednn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.qat4j.kernels.nd4j..", "org.qat4j.kernels.onednn..");

  @ArchTest
  static final ArchRule oneDnnStaysInside =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.qat4j.kernels.onednn..")
          // Hands the runtime the memory of ND4J's arrays, by pointers of JavaCPP.
          .and()
          .haveNameNotMatching("org\\.qat4j\\.layers\\.DeployedLayer(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule distillationKnowsOnlyDeeplearning4j =
      noClasses()
          .that()
          .resideInAPackage("org.qat4j.distillation..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("org.qat4j..")
                  .and(not(resideInAPackage("org.qat4j.distillation.."))));

  @ArchTest
  static final ArchRule trainingKnowsNoRuntime =
      noClasses()
          .that()
          .resideInAPackage("org.qat4j.training..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.qat4j.runtime..");

  /** Beside the overloads of the public methods. */
  @ArchTest
  static final ArchRule oneViewOfBothKindsOfNetwork =
      noClasses()
          .that()
          .resideInAPackage("org.qat4j.training..")
          .and()
          .resideOutsideOfPackage("org.qat4j.training.network..")
          .and()
          .doNotHaveFullyQualifiedName("org.qat4j.training.Qat")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(MultiLayerNetwork.class, ComputationGraph.class);
}
