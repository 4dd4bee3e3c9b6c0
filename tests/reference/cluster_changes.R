# Changes of eight units, three of them treated: the CR2 standard error, its degrees of
# freedom and p by clubSandwich, and the t test with pooled variance.
# Rscript tests/reference/cluster_changes.R > tests/reference/cluster_changes.json
library(clubSandwich)
change <- c(0.12, 0.31, 0.22, 0.05, 0.11, -0.04, 0.09, 0.02)
treated <- c(1, 1, 1, 0, 0, 0, 0, 0)
fit <- lm(change ~ treated)
robust <- coef_test(fit, vcov = "CR2", cluster = 1:8, test = "Satterthwaite")[2, ]
pooled <- t.test(change[treated == 1], change[treated == 0], var.equal = TRUE)
cat(sprintf(
  '{"cluster": {"se": %.15g, "df": %.15g, "p": %.15g},\n "pooled": {"df": %.15g, "p": %.15g, "conf": [%.15g, %.15g]}}\n',
  robust$SE, robust$df, robust$p_Satt, pooled$parameter, pooled$p.value,
  pooled$conf.int[1], pooled$conf.int[2]
))
