"""Classes of credit risk (信用风险分类) with a reason for every point. Pure; an internal reference, never published."""
