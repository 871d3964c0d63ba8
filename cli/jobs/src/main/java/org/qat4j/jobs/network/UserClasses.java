package org.qat4j.jobs.network;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.cli.error.UserException;

/** Java classes of the user, that make networks and data. */
public final class UserClasses {
  private final List<Path> path;
  private final ClassLoader loader;

  private UserClasses(List<Path> path, ClassLoader loader) {
    this.path = path;
    this.loader = loader;
  }

  /**
   * Those in jars and folders, and those that the program has itself.
   *
   * @throws UserException if one of the jars and folders does not exist
   */
  public static UserClasses of(List<Path> path) {
    List<URL> urls = new ArrayList<>();
    for (Path entry : path) {
      if (!Files.exists(entry)) {
        throw new UserException("--classpath: no such file or folder: " + entry);
      }
      try {
        urls.add(entry.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new IllegalStateException("a path is a URL", e);
      }
    }
    ClassLoader own = UserClasses.class.getClassLoader();
    ClassLoader loader = urls.isEmpty() ? own : new URLClassLoader(urls.toArray(URL[]::new), own);
    return new UserClasses(List.copyOf(path), loader);
  }

  /** Those that the program has itself. */
  public static UserClasses none() {
    return of(List.of());
  }

  /** For messages. */
  public String describe() {
    return path.isEmpty() ? " (its jar or folder is given with --classpath)" : " in " + path;
  }

  /** Whether there is a class of that name. */
  public boolean has(String name) {
    try {
      Class.forName(name, false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** The network that a class makes. */
  Model network(String name) {
    Class<?> type = load(name);
    Object made =
        Supplier.class.isAssignableFrom(type)
            ? ((Supplier<?>) create(type)).get()
            : call(onlyMethod(type), type);
    if (made instanceof MultiLayerNetwork network) {
      if (!network.isInitCalled()) {
        network.init();
      }
      return network;
    }
    if (made instanceof ComputationGraph graph) {
      if (graph.getVertices() == null) {
        graph.init();
      }
      return graph;
    }
    throw new UserException(
        name
            + " makes "
            + (made == null ? "null" : made.getClass().getName())
            + "; expected a MultiLayerNetwork or a ComputationGraph");
  }

  /**
   * The examples that a class gives.
   *
   * @param part the name of the method: train or test
   */
  public DataSetIterator data(String name, String part) {
    Class<?> type = load(name);
    Method method =
        Arrays.stream(type.getMethods())
            .filter(UserClasses::isMaker)
            .filter(any -> any.getName().equals(part))
            .filter(any -> DataSetIterator.class.isAssignableFrom(any.getReturnType()))
            .findFirst()
            .orElseThrow(
                () ->
                    new UserException(
                        name + " has no method public static DataSetIterator " + part + "()"));
    Object made = call(method, type);
    if (made == null) {
      throw new UserException(name + "." + part + "() gives null; expected a DataSetIterator");
    }
    return (DataSetIterator) made;
  }

  private Class<?> load(String name) {
    try {
      return Class.forName(name, true, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new UserException("the class " + name + " cannot be loaded (" + e + ")", e);
    }
  }

  private static boolean isMaker(Method method) {
    return Modifier.isStatic(method.getModifiers()) && method.getParameterCount() == 0;
  }

  private static Method onlyMethod(Class<?> type) {
    List<Method> makers =
        Arrays.stream(type.getMethods())
            .filter(UserClasses::isMaker)
            .filter(
                method ->
                    MultiLayerNetwork.class.isAssignableFrom(method.getReturnType())
                        || ComputationGraph.class.isAssignableFrom(method.getReturnType()))
            .toList();
    if (makers.size() != 1) {
      throw new UserException(
          type.getName()
              + " has "
              + makers.size()
              + " public static methods without parameters that return a MultiLayerNetwork or a"
              + " ComputationGraph; expected one, or a Supplier of them");
    }
    return makers.get(0);
  }

  private static Object create(Class<?> type) {
    try {
      return type.getConstructor().newInstance();
    } catch (InvocationTargetException e) {
      throw failed(type.getName(), e);
    } catch (ReflectiveOperationException e) {
      throw new UserException(
          type.getName() + " has no public constructor without parameters (" + e + ")", e);
    }
  }

  private static Object call(Method method, Class<?> type) {
    try {
      return method.invoke(null);
    } catch (InvocationTargetException e) {
      throw failed(type.getName() + "." + method.getName() + "()", e);
    } catch (IllegalAccessException e) {
      throw new UserException(
          type.getName() + "." + method.getName() + "() cannot be called; make the class public",
          e);
    }
  }

  private static UserException failed(String what, InvocationTargetException e) {
    return new UserException(what + " failed: " + e.getCause(), e.getCause());
  }
}
