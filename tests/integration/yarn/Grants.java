import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.ResourceRequest;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.InvalidResourceRequestException;
import org.apache.hadoop.yarn.server.resourcemanager.MockAM;
import org.apache.hadoop.yarn.server.resourcemanager.MockNM;
import org.apache.hadoop.yarn.server.resourcemanager.MockRM;
import org.apache.hadoop.yarn.server.resourcemanager.MockRMAppSubmissionData;
import org.apache.hadoop.yarn.server.resourcemanager.MockRMAppSubmitter;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.RMApp;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.attempt.RMAppAttempt;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.attempt.RMAppAttemptState;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.QueueMetrics;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler;
import org.apache.log4j.Level;
import org.apache.log4j.Logger;

/**
 * What a real ResourceManager grants: its schedulers on nodes that only send heartbeats.
 *
 * <p>Reads one case in JSON per line and writes one answer per line, in JSON after the mark ANSWER.
 */
public final class Grants {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int QUIET_ROUNDS = 4;
  private static final int MASTER_ROUNDS = 25;

  public static void main(String[] arguments) throws Exception {
    DefaultMetricsSystem.setMiniClusterMode(true);
    BufferedReader cases = new BufferedReader(new InputStreamReader(System.in));
    for (String line = cases.readLine(); line != null; line = cases.readLine()) {
      JsonNode asked = JSON.readTree(line);
      ObjectNode answer = JSON.createObjectNode();
      try {
        answer(asked, answer);
      } catch (InvalidResourceRequestException error) {
        answer.put("refused", String.valueOf(error.getMessage()).split("\n")[0]);
      } catch (Throwable error) {
        answer.put("error", String.valueOf(error).split("\n")[0]);
      }
      System.out.println("ANSWER " + JSON.writeValueAsString(answer));
      System.out.flush();
    }
    System.exit(0);
  }

  private static void answer(JsonNode asked, ObjectNode answer) throws Exception {
    QueueMetrics.clearQueueMetrics();
    YarnConfiguration conf = new YarnConfiguration();
    Iterator<Map.Entry<String, JsonNode>> properties = asked.get("properties").fields();
    while (properties.hasNext()) {
      Map.Entry<String, JsonNode> property = properties.next();
      conf.set(property.getKey(), property.getValue().asText());
    }
    MockRM rm = new MockRM(conf);
    Logger.getRootLogger().setLevel(Level.ERROR);
    rm.start();
    try {
      List<MockNM> nodes = new ArrayList<>();
      for (JsonNode node : asked.get("nodes")) {
        String name = "127.0." + nodes.size() / 200 + "." + (2 + nodes.size() % 200) + ":1";
        nodes.add(rm.registerNode(name, node.get(0).asInt(), node.get(1).asInt()));
      }
      rm.drainEvents();
      ArrayNode others = answer.putArray("others");
      for (JsonNode other : asked.get("others")) {
        granted(rm, nodes, other, others.addObject());
      }
      granted(rm, nodes, asked.get("application"), answer);
    } finally {
      rm.stop();
    }
  }

  private static void granted(MockRM rm, List<MockNM> nodes, JsonNode wish, ObjectNode answer)
      throws Exception {
    MockNM first = nodes.get(wish.path("node").asInt(0));
    RMApp app =
        MockRMAppSubmitter.submit(
            rm,
            MockRMAppSubmissionData.Builder.createWithResource(size(wish.get("master")), rm)
                .withAppName("app")
                .withUser(wish.get("user").asText())
                .withQueue(wish.get("queue").asText())
                .withUnmanagedAM(false)
                .build());
    RMAppAttempt attempt = app.getCurrentAppAttempt();
    for (int i = 0; i < MASTER_ROUNDS && attempt.getState() != RMAppAttemptState.ALLOCATED; i++) {
      update(rm);
      first.nodeHeartbeat(true);
      rm.drainEvents();
      Thread.sleep(20);
    }
    if (attempt.getState() != RMAppAttemptState.ALLOCATED) {
      answer.put("error", "no container for the application master");
      return;
    }
    MockAM master = rm.sendAMLaunched(attempt.getAppAttemptId());
    master.registerAppAttempt(true);
    List<ResourceRequest> requests = new ArrayList<>();
    requests.add(
        ResourceRequest.newInstance(
            Priority.newInstance(1), "*", size(wish.get("executor")), wish.get("asked").asInt()));
    List<Container> all = new ArrayList<>(master.allocate(requests, new ArrayList<>()).getAllocatedContainers());
    ArrayNode rounds = answer.putArray("rounds");
    for (int quiet = 0; quiet < QUIET_ROUNDS; ) {
      update(rm);
      for (MockNM node : nodes) {
        node.nodeHeartbeat(true);
        rm.drainEvents();
      }
      List<Container> more =
          master.allocate(new ArrayList<ResourceRequest>(), new ArrayList<>()).getAllocatedContainers();
      all.addAll(more);
      rounds.add(more.size());
      quiet = more.isEmpty() ? quiet + 1 : 0;
    }
    answer.put("granted", all.size());
    ArrayNode perNode = answer.putArray("per_node");
    for (MockNM node : nodes) {
      long there = all.stream().filter(c -> c.getNodeId().equals(node.getNodeId())).count();
      perNode.add(there);
    }
    if (!all.isEmpty()) {
      Resource each = all.get(0).getResource();
      answer.putArray("container").add(each.getMemorySize()).add(each.getVirtualCores());
    }
    Resource started = app.getCurrentAppAttempt().getMasterContainer().getResource();
    answer.putArray("master").add(started.getMemorySize()).add(started.getVirtualCores());
  }

  /** Let the fair scheduler look at demands, which its own thread does twice a second. */
  private static void update(MockRM rm) {
    if (rm.getResourceScheduler() instanceof FairScheduler) {
      ((FairScheduler) rm.getResourceScheduler()).update();
    }
  }

  private static Resource size(JsonNode size) {
    return Resource.newInstance(size.get(0).asInt(), size.get(1).asInt());
  }

  private Grants() {}
}
