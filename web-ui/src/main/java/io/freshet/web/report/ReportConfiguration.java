package io.freshet.web.report;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What answers with reports. */
@Configuration(proxyBeanMethods = false)
@Import(ReportApi.class)
public class ReportConfiguration {}
