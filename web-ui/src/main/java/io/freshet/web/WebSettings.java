package io.freshet.web;

import io.freshet.journal.OpeningHours;
import java.time.ZoneId;

/**
 * What the web front needs to know of the configuration.
 *
 * @param zone the zone in which pages tell moments
 * @param version of Freshet, for the footer
 * @param openingHours when the windows of the policies are open
 */
public record WebSettings(ZoneId zone, String version, OpeningHours openingHours) {}
