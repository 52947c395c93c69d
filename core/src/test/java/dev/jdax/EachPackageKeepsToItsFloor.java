// SPDX-License-Identifier: Apache-2.0
package dev.jdax;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The floors of the house, each on its package. */
class EachPackageKeepsToItsFloor {
  private static final String PLATFORM = "dev.jdax.platform..";

  private final JavaClasses classes = new ClassFileImporter()
      .importUrl(DaxBus.class.getProtectionDomain().getCodeSource().getLocation());

  @Test
  void everyPackageIsSeen() {
    assertThat(classes.contain(DaxBus.class)).isTrue();
    assertThat(classes.stream().map(c -> c.getPackageName())).contains("dev.jdax", "dev.jdax.spi", "dev.jdax.hmem",
        "dev.jdax.kernel", "dev.jdax.platform", "dev.jdax.powerfailure");
  }

  @Test
  void platformDependsOnNothingElseOfJdax() {
    noClasses().that().resideInAPackage(PLATFORM)
        .should().dependOnClassesThat(resideInAPackage("dev.jdax..").and(not(resideInAPackage(PLATFORM))))
        .check(classes);
  }

  @Test
  void rulesDoNotDependOnADriver() {
    noClasses().that(resideInAnyPackage("dev.jdax", "dev.jdax.spi"))
        .should().dependOnClassesThat().resideInAnyPackage("dev.jdax.hmem..", "dev.jdax.kernel..")
        .check(classes);
  }

  @Test
  void driversDoNotDependOnEachOther() {
    noClasses().that().resideInAPackage("dev.jdax.hmem..")
        .should().dependOnClassesThat().resideInAPackage("dev.jdax.kernel..")
        .check(classes);
    noClasses().that().resideInAPackage("dev.jdax.kernel..")
        .should().dependOnClassesThat().resideInAPackage("dev.jdax.hmem..")
        .check(classes);
  }

  @Test
  void nothingDependsOnWhatIsForTests() {
    noClasses().that().resideOutsideOfPackage("dev.jdax.powerfailure")
        .should().dependOnClassesThat().resideInAPackage("dev.jdax.powerfailure")
        .check(classes);
    noClasses().that().resideInAPackage("dev.jdax.powerfailure")
        .should().dependOnClassesThat().resideInAnyPackage("dev.jdax.hmem", "dev.jdax.kernel")
        .check(classes);
  }

  @Test
  void onlyPlatformCallsNativeCode() {
    noClasses().that().resideOutsideOfPackage(PLATFORM)
        .should().dependOnClassesThat().areAssignableTo(Linker.class)
        .orShould().dependOnClassesThat().areAssignableTo(SymbolLookup.class)
        .check(classes);
  }

  @Test
  void onlyPlatformMakesSegmentsOfAddresses() {
    noClasses().that().resideOutsideOfPackage(PLATFORM)
        .should().callMethodWhere(DescribedPredicate.describe("MemorySegment.reinterpret is called",
            (JavaMethodCall call) -> call.getTargetOwner().isEquivalentTo(MemorySegment.class)
                && call.getName().equals("reinterpret")))
        .check(classes);
  }
}
