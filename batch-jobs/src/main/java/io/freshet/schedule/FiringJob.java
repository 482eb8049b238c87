package io.freshet.schedule;

import io.freshet.journal.TargetId;
import java.util.function.Consumer;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobExecutionContext;

/** The Quartz job of one target's schedule: carries out what is due and says when it is to be asked again. */
@DisallowConcurrentExecution
public final class FiringJob implements Job {
    static final String TARGET = "target";

    private final FiringWork work;

    /** What is done at a firing. */
    public interface FiringWork extends Consumer<TargetId> {}

    public FiringJob(FiringWork work) {
        this.work = work;
    }

    @Override
    public void execute(JobExecutionContext context) {
        work.accept(new TargetId(Integer.parseInt(context.getMergedJobDataMap().getString(TARGET))));
    }
}
