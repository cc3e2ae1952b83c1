import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.apache.spark.HashPartitioner;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import scala.Tuple2;

/**
 * Applications whose tasks sleep, so that what is measured is how Spark gives slots to tasks.
 *
 * <p>Arguments: workload, seed, executors to wait for, executors to wait for after loading data (only
 * "cached"). Prints "STARTED milliseconds" and "WARM" for whoever records the run, and "LOADED" when
 * further executors are wanted.
 */
public final class SleepingJobs {
  private static final long WARM_MS = 4000;
  private static JavaSparkContext spark;
  private static long seed;

  /** One stage's sleep: lognormal around a median, the same for a partition on every cluster. */
  private static class Sleep implements Function2<Integer, Iterator<Integer>, Iterator<Integer>> {
    private final long seed;
    private final String stage;
    private final double medianMs;

    Sleep(String stage, double medianMs) {
      this.seed = SleepingJobs.seed;
      this.stage = stage;
      this.medianMs = medianMs;
    }

    @Override
    public Iterator<Integer> call(Integer partition, Iterator<Integer> records) throws Exception {
      List<Integer> kept = new ArrayList<>();
      records.forEachRemaining(kept::add);
      Thread.sleep(sleepMs(partition));
      return kept.iterator();
    }

    long sleepMs(int partition) {
      Random random = new Random(seed * 31 + (stage + '#' + partition).hashCode() * 2654435761L);
      random.nextInt(); // the first number of neighbouring seeds is alike
      return Math.round(medianMs * Math.exp(0.25 * random.nextGaussian()));
    }
  }

  /** Some partitions take ten times as long, but only in their first attempt: a bad place, not bad data. */
  private static final class SlowAtFirst extends Sleep {
    private final int every;

    SlowAtFirst(String stage, double medianMs, int every) {
      super(stage, medianMs);
      this.every = every;
    }

    @Override
    long sleepMs(int partition) {
      boolean slow = partition % every == every / 2 && TaskContext.get().attemptNumber() == 0;
      return super.sleepMs(partition) * (slow ? 10 : 1);
    }
  }

  /** Lasts until a moment of the clock, so that loading classes on few cores costs every cluster the same. */
  private static final class Until implements Function2<Integer, Iterator<Integer>, Iterator<Integer>> {
    private final long momentMs;

    Until(long momentMs) {
      this.momentMs = momentMs;
    }

    @Override
    public Iterator<Integer> call(Integer partition, Iterator<Integer> records) throws Exception {
      List<Integer> kept = new ArrayList<>();
      records.forEachRemaining(kept::add);
      Thread.sleep(Math.max(0, momentMs - System.currentTimeMillis()));
      return kept.iterator();
    }
  }

  private static JavaRDD<Integer> numbers(int partitions) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < 4 * partitions; i++) {
      all.add(i);
    }
    return spark.parallelize(all, partitions);
  }

  private static JavaRDD<Integer> source(String stage, int partitions, double medianMs) {
    return numbers(partitions).mapPartitionsWithIndex(new Sleep(stage, medianMs), false);
  }

  private static JavaPairRDD<Integer, Integer> pairs(JavaRDD<Integer> from) {
    return from.mapToPair(number -> new Tuple2<>(number, number));
  }

  private static JavaRDD<Integer> exchanged(JavaRDD<Integer> from, int partitions) {
    return pairs(from).partitionBy(new HashPartitioner(partitions)).values();
  }

  private static JavaRDD<Integer> then(JavaRDD<Integer> from, String stage, int partitions, double medianMs) {
    return exchanged(from, partitions).mapPartitionsWithIndex(new Sleep(stage, medianMs), false);
  }

  private static void warmUp() {
    spark.setJobGroup("warm-up", "load classes");
    int slots = spark.defaultParallelism();
    long now = System.currentTimeMillis();
    JavaRDD<Integer> first = numbers(slots).mapPartitionsWithIndex(new Until(now + WARM_MS), false);
    exchanged(first, slots).mapPartitionsWithIndex(new Until(now + WARM_MS + 1000), false).collect();
  }

  /** Three stages in a row. */
  private static void chain() {
    JavaRDD<Integer> rows = then(source("c0", 32, 700), "c1", 32, 500);
    then(rows, "c2", 16, 600).count();
  }

  /** One shuffle read by two stages, which are joined. */
  private static void diamond() {
    JavaRDD<Integer> shared = exchanged(source("d0", 24, 600), 24);
    JavaRDD<Integer> left = shared.mapPartitionsWithIndex(new Sleep("d1", 500), false);
    JavaRDD<Integer> right = shared.mapPartitionsWithIndex(new Sleep("d2", 900), false);
    pairs(left)
        .cogroup(pairs(right), new HashPartitioner(12))
        .keys()
        .mapPartitionsWithIndex(new Sleep("d3", 500), false)
        .count();
  }

  /** So many short tasks that the driver is busy launching them. */
  private static void brief() {
    spark.setJobGroup("warm-up", "compile what launches tasks");
    source("b", 600, 1).count();
    spark.setJobGroup("brief", "brief");
    source("b0", 2000, 20).count();
  }

  private static Thread inPool(String pool, int first, int second, double medianMs) {
    Thread job =
        new Thread(
            () -> {
              spark.setLocalProperty("spark.scheduler.pool", pool);
              spark.setJobGroup(pool, pool);
              then(source(pool + "0", first, medianMs), pool + "1", second, medianMs * 0.6).count();
            });
    job.start();
    return job;
  }

  /** A long job, a shorter and a short one, half a second apart, in pools of their own. */
  private static void pools() throws InterruptedException {
    List<Thread> jobs = new ArrayList<>();
    jobs.add(inPool("nightly", 40, 20, 900));
    Thread.sleep(500);
    jobs.add(inPool("reports", 20, 10, 700));
    Thread.sleep(500);
    jobs.add(inPool("adhoc", 12, 6, 500));
    for (Thread job : jobs) {
      job.join();
    }
  }

  /** Bursts of tasks with pauses of the driver: the middle burst leaves no shuffle files behind. */
  private static void bursts() throws InterruptedException {
    source("u0", 40, 600).count();
    Thread.sleep(6000);
    then(source("u1", 32, 600), "u2", 16, 500).count();
    Thread.sleep(5000);
    source("u3", 12, 600).count();
  }

  private static void stragglers() {
    JavaRDD<Integer> rows = numbers(40).mapPartitionsWithIndex(new SlowAtFirst("s0", 600, 13), false);
    exchanged(rows, 20).mapPartitionsWithIndex(new SlowAtFirst("s1", 500, 20), false).count();
  }

  /** Data cached while there are few executors, then used twice while there are more. */
  private static void cached(int executorsLater) throws InterruptedException {
    JavaRDD<Integer> held = source("h0", 40, 300).cache();
    held.count();
    System.out.println("LOADED");
    await(executorsLater);
    Thread.sleep(1000);
    for (int pass = 1; pass <= 2; pass++) {
      held.mapPartitionsWithIndex(new Sleep("h" + pass, 1000), false).count();
    }
  }

  private static void await(int executors) throws InterruptedException {
    while (spark.sc().getExecutorMemoryStatus().size() <= executors) { // the driver is counted, too
      Thread.sleep(50);
    }
  }

  private static void work(String workload, int executorsLater) throws InterruptedException {
    spark.setJobGroup(workload, workload);
    switch (workload) {
      case "chain" -> chain();
      case "diamond" -> diamond();
      case "brief" -> brief();
      case "pools" -> pools();
      case "bursts" -> bursts();
      case "stragglers" -> stragglers();
      case "cached" -> cached(executorsLater);
      default -> throw new IllegalArgumentException(workload);
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    seed = Long.parseLong(arguments[1]);
    spark = new JavaSparkContext(new SparkConf());
    System.out.println("STARTED " + spark.startTime());
    await(Integer.parseInt(arguments[2]));
    warmUp();
    System.out.println("WARM");
    work(arguments[0], Integer.parseInt(arguments[3]));
    spark.stop();
  }
}
