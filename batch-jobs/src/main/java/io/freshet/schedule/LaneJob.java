package io.freshet.schedule;

import io.freshet.journal.Lane;
import io.freshet.journal.TargetId;
import java.util.function.BiConsumer;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobDataMap;
import org.quartz.JobExecutionContext;

/** The Quartz job of one lane of one target; blocks while the lane works, which is what keeps a lane from overlapping. */
@DisallowConcurrentExecution
public final class LaneJob implements Job {
    static final String TARGET = "target";
    static final String LANE = "lane";

    private final LaneWork work;

    /** What a lane does when it is launched. */
    public interface LaneWork extends BiConsumer<TargetId, Lane> {}

    public LaneJob(LaneWork work) {
        this.work = work;
    }

    @Override
    public void execute(JobExecutionContext context) {
        JobDataMap data = context.getMergedJobDataMap();
        work.accept(new TargetId(Integer.parseInt(data.getString(TARGET))), Lane.valueOf(data.getString(LANE)));
    }
}
