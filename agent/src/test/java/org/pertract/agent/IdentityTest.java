package org.pertract.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentityTest {
    private static Identity of(String command, String... environment) {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < environment.length; i += 2) {
            variables.put(environment[i], environment[i + 1]);
        }
        return new Identity(command, variables, Options.parse(null), new Proc());
    }

    @Test
    void anExecutorOfAStandaloneCluster() {
        Identity identity = of("org.apache.spark.executor.CoarseGrainedExecutorBackend --driver-url spark://x --executor-id 3 "
                + "--hostname 10.0.0.5 --cores 2 --app-id app-20261121024939-0014 --worker-url spark://Worker@h:1");
        assertEquals("3", identity.executor);
        assertEquals("app-20261121024939-0014", identity.application);
        assertEquals("10.0.0.5", identity.host);
        assertNull(identity.container);
        assertEquals("org.apache.spark.executor.CoarseGrainedExecutorBackend", identity.main);
    }

    @Test
    void anExecutorInAContainerOfYarn() {
        Identity identity = of("org.apache.spark.executor.YarnCoarseGrainedExecutorBackend --executor-id 1 --hostname n1 "
                + "--app-id application_1710000000000_0042", "CONTAINER_ID", "container_e17_1710000000000_0042_02_000005");
        assertEquals("1", identity.executor);
        assertEquals("application_1710000000000_0042", identity.application);
        assertEquals("container_e17_1710000000000_0042_02_000005", identity.container);
        assertEquals(2, identity.attempt);
    }

    @Test
    void aDriverInAContainerOfYarn() {
        Identity identity = of("org.apache.spark.deploy.yarn.ApplicationMaster --class X --jar y.jar",
                "CONTAINER_ID", "container_1710000000000_0042_01_000001", "NM_HOST", "node7");
        assertEquals("driver", identity.executor);
        assertEquals("application_1710000000000_0042", identity.application);
        assertEquals("node7", identity.host);
        assertEquals(1, identity.attempt);
    }

    @Test
    void anExecutorInAPod() {
        Identity identity = of("org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend --executor-id 2 --cores 1 "
                + "--app-id spark-abc --hostname 10.1.2.3", "KUBERNETES_SERVICE_HOST", "10.0.0.1", "HOSTNAME", "app-exec-2");
        assertEquals("2", identity.executor);
        assertEquals("spark-abc", identity.application);
        assertEquals("app-exec-2", identity.container);
        assertEquals(-1, identity.attempt);
    }

    @Test
    void aDriverInAPodKnowsItsApplicationFromTheEnvironment() {
        Identity identity = of("org.apache.spark.deploy.SparkSubmit --deploy-mode client x.py", "SPARK_APPLICATION_ID", "spark-abc");
        assertEquals("driver", identity.executor);
        assertEquals("spark-abc", identity.application);
    }

    @Test
    void aDriverElsewhereLearnsItLater() {
        Identity identity = of("org.apache.spark.deploy.SparkSubmit --master local x.py --app-id mine --executor-id 7 --hostname h");
        assertNull(identity.application);
        assertEquals("driver", identity.executor);
    }

    @Test
    void aTaskOfMapReduce() {
        Identity identity = of("org.apache.hadoop.mapred.YarnChild 10.0.0.1 4040 attempt_1710000000000_0007_m_000003_0 5",
                "CONTAINER_ID", "container_1710000000000_0007_01_000005");
        assertEquals("attempt_1710000000000_0007_m_000003_0", identity.executor);
        assertEquals("application_1710000000000_0007", identity.application);
    }

    @Test
    void anyOtherProgram() {
        Identity identity = of("/opt/secret/place/tool.jar --password x");
        assertNull(identity.executor);
        assertNull(identity.application);
        assertEquals("tool.jar", identity.main);
        assertEquals("", new Identity(null, Collections.emptyMap(), Options.parse(null), new Proc()).main);
    }

    @Test
    void optionsSayIt() {
        Options options = Options.parse("application=mine,executor=9");
        Identity identity = new Identity("x.ExecutorBackend --executor-id 1 --app-id y", Collections.emptyMap(), options, new Proc());
        assertEquals("9", identity.executor);
        assertEquals("mine", identity.application);
    }
}
