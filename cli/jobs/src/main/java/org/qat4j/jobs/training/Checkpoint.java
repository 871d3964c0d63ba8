package org.qat4j.jobs.training;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.qat4j.cli.error.UserException;
import org.qat4j.files.FlushOnClose;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.network.NetworkFile;
import org.qat4j.jobs.run.RunFolder;

/**
 * A training that stopped after some batch: everything that decides how it goes on.
 *
 * @param config what the training was started with
 * @param progress how far it is
 * @param network parameters, updater state and iteration count
 */
public record Checkpoint(JobConfig config, Progress progress, Network network) {
  private static final String CONFIG = "config.yaml";
  private static final String PROGRESS = "progress.json";
  private static final String NETWORK = "network.zip";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();

  /** Writes the checkpoint, whole or not at all. */
  public void save(Path file) {
    RunFolder.write(file, this::writeTo);
  }

  private void writeTo(OutputStream out) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(CONFIG));
      zip.write(ConfigReader.write(config).getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry(PROGRESS));
      zip.write(JSON.writeValueAsBytes(progress));
      zip.putNextEntry(new ZipEntry(NETWORK));
      network.write(new FlushOnClose(zip));
    }
  }

  /**
   * Reads a checkpoint back.
   *
   * @throws UserException if the file is not a complete checkpoint
   */
  public static Checkpoint load(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      String yaml = new String(entry(zip, CONFIG), StandardCharsets.UTF_8);
      JobConfig config = ConfigReader.parse(file + "!" + CONFIG, yaml, ConfigReader.noOverrides());
      Progress progress = JSON.readValue(entry(zip, PROGRESS), Progress.class);
      Network network = NetworkFile.read(entry(zip, NETWORK));
      return new Checkpoint(config, progress, network);
    } catch (IOException e) {
      throw new UserException(file + ": not a complete checkpoint (" + e.getMessage() + ")", e);
    }
  }

  private static byte[] entry(ZipFile zip, String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("it holds no " + name);
    }
    return zip.getInputStream(entry).readAllBytes();
  }
}
