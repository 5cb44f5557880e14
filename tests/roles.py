"""The columns of the city's tables by role, in code and in Chinese, parted by bars; two are published in code only."""

from __future__ import annotations

CODED = {
    "registration": (
        "main_identi_id|reg_org|comp_type|reg_state|uni_social_crd_cd|comp_nm|addr|legal_repre|indv_id|reg_capt|"
        "capt_kind|opt_scop|reg_no|appr_dt|est_dt|opt_from|opt_to|domdi_strict|pro_loc|opt_strict|postal_code|"
        "sfgzq|sfgzqzx|compform|opt_loc|otherinfo|puburl|qrcode|lv_pripid|indv_code|indv_nm"
    ),
    "legal_representative": (
        "identi_no|personid|lerep_sign|nm|position|certype|country|position_cn|certype_cn|country_cn|cer_no|"
        "tel_num|mobtel|email|tnsvalue|signhashcode|signkey|uni_social_crd_cd|comp_nm"
    ),
    "abnormal_listing": (
        "inclu_dt|busexclist|inclu_reason|uni_social_crd_cd|reg_no|redecorg_cn|pripid|remexcpres_cn|remove_dt|"
        "decorg_cn|comp_nm"
    ),
    "abnormal_mark_individual": "opt_unnor_markid|mark_dt|is_recov|recov_dt|pripid|uni_social_crd_cd|comp_nm",
    "serious_violation_listing": (
        "ill_comp_id|abn_tm|serill_rea|rem_dt|recorg_ogr|uni_social_crd_cd|rem_excpres_rea|comp_name|reg_no|"
        "decorg_org|pripid|dsc_city|dsc_adm_region"
    ),
    "annual_report": (
        "reg_no|uni_social_crd_cd|comp_nm|pripid|comp_type|opt_stat|annual_date|annual_id|annual_year|asset_zmt|"
        "pub_asset_zmt|debt_amt|pub_debt_amt|profit_total|pub_profit_total|net_profit|pub_net_profit|"
        "owner_equity_toatal|pub_owner_equity_toatal|opt_income_total|pub_opt_income_total|main_busi_income|pub_|"
        "tax_total|pub_tax_total|employee_num|pub_employee_num|city|region"
    ),
    "annual_report_assets": (
        "annual_id|annual_year|asset_zmt|debt_amt|owner_equity_toatal|opt_income_total|profit_total|net_profit|"
        "tax_total|pripid|uni_social_crd_cd|comp_nm"
    ),
    "annual_report_shareholders": (
        "investor|annual_id|stocker_nm|cumula_sub_amt|subscrip_amt_dt|subscrip_amt_way|subscrip_amt_way_cn|"
        "cumula_paid_amt|paid_amt_dt|paid_amt_way|paid_amt_way_cn|pripid|uni_social_crd_cd|comp_nm|annual_year"
    ),
    "annual_report_guarantees": (
        "external_gua|annual_id|creditor|debtor|major_credit_type|major_credit_amt|period_from|period_to|"
        "promis_dur|is_public|promis_way|pripid|uni_social_crd_cd|comp_nm|annual_year"
    ),
    "annual_report_websites": (
        "web_id|annual_id|web_store_type|web_store_nm|web_store_url|web_type|web_plat_type|web_product_type|"
        "ecom_type|icp_no|wechat_public|app_nm|plat_nm|deli_addr|return_addr|pripid|uni_social_crd_cd|comp_nm|"
        "annual_year"
    ),
    "subscribed_contribution": (
        "subscrip_id|investor|stocker_nm|subscrip_amt|subscrip_way|subscrip_way_cn|subscrip_dt|public_dt|pripid|"
        "uni_social_crd_cd|comp_nm"
    ),
    "paid_contribution": (
        "paid_id|investor_id|stocker_nm|paid_amt|paid_way|paid_way_cn|paid_dt|public_dt|pripid|uni_social_crd_cd|"
        "comp_nm"
    ),
    "equity_change": "lic_id|pripid|uni_social_crd_cd|inv|alt_dt|public_dt|transampr_bf|transampr_af",
    "penalty_published": (
        "lic_id|pripid|uni_social_crd_cd|taxer_nm|admin_punish_doc|punish_rea|punish_dt|punish_result|legal_per|"
        "legal_per_ident"
    ),
    "penalty_case": (
        "cd_id|record_unique_identity|punish_case_code|punish_action_name|implement_institution|"
        "implement_institution_code|is_entrust|entrust_dept_name|entrust_dept_code|case_process_type|"
        "case_source_type|case_source_date|check_case_code|deportation_dept_name|deportation_dept_code|"
        "administrative_cp_type|administrative_cp_name|administrative_cp_cert_type|administrative_cp_cert_code|"
        "administrative_cp_tel|legal_representative|legal_representative_idcard|area_code_live|area_name_live|"
        "address_live|area_code_registerd|area_name_registerd|address_registerd|area_code_operating|"
        "area_name_operating|address_operating|punish_personnel_name|punish_personnel_code|case_desc|is_deported|"
        "deport_time|is_filing|create_time|opt_type|env_flag|source_dept_code|cd_time|admini_division_code|"
        "org_code|legal_representative_type|flag"
    ),
    "penalty_decision": (
        "id|case_name|extend_1|punish_type|admin_punish_doc|punish_content|law_basis|punish_money|illegality_money|"
        "revoke_license|revoke_code|punish_decide_tm|punish_valid_dt|public_deadline|casedeptname|extend_2|cf_sjly|"
        "cf_sjlydm|cancel_reason"
    ),
    "court_defaulter": (
        "fydm|executed_nm|identi_id|uni_social_crd_cd|legal_repre|executed_court|enforce_basis|fil_dt|case_no|"
        "deci_executed_unit|effect_doc_obli|executed_perfor|publish_dt|search_case_year|search_case_no|bzxrxh|"
        "performed_part|un_performed_part|dishonest_id|gen|executed_nature|birth_dt|dishonest_behav"
    ),
    "unfulfilled_judgment": (
        "com_nm|uni_social_crd_cd|org_no|legal_repre|unit_adds|execute_court|case_no|execute_basis|execute_causes|"
        "fulfil_tm|execute_amt|execute_behave|execute_goods|not_execute_amt|not_execute_behave|not_execute_goods|"
        "comm_executed|expo_dt|tip_tel|tip_contct_prson|stc_id|party_id|court_cd|filing_dt"
    ),
    "tax_blacklist": (
        "tax_no|tax_nm|legal_repre_id|legal_repre_gender|legal_repre|reg_addr|org_no|punish_basis|main_illg_fact|"
        "case_nature|tax_punnish_state|entry_tm|remove_tm"
    ),
    "tax_abnormal_household": "uni_social_crd_cd|comp_nm|unnor_cogni_dt|legal_repre_id|legal_repre",
    "tax_arrears": "tax_no|tax nm|opr_addr|own_tax_type|cumu_own_amt|comp_indi_mark|pub_dept",
    "tax_credit_rating": (
        "uni_social_crd_cd|tax_nm|evalua_year|tax_credit_level|evalua_dept|evalua_dt|credit_evalua_nm|"
        "comp_singl_nm|evalua_result_start|evalua_result_end"
    ),
    "tax_a_rating": (
        "credi_scard|uni_social_crd_cd|sjid|be_year|legal_repre|opt_loc|tax_no|org_no|eval_org|taxer_nm|"
        "tax_credi_level|eval_year|eval_dt|major_tax_org"
    ),
    "environment_rating": (
        "regn_nm|main_nm|uni_social_crd_cd|cmnt_lvel|pub_tm|key|cmnt_batch|cmnt_org|cmnt_org_uni_social_crd_cd|"
        "cmnt_nm|valid_dt|cmnt_score"
    ),
    "permit_published": "lic_id|pripid|uni_social_crd_cd|lic_no|lic_nm|lic_anth|lic_item|type|val_from|val_to",
    "public_credit_score": "comp_nm|uni_social_crd_cd|cred_scard|evalu_dt|local_city|local_district",
    "food_licence": (
        "opt_nm|uni_social_crd_cd|legal_repre|addr|opt_addr|main_type|opt_pro|licensing_no|issue_dt|issue_dept|"
        "valid_from|valid_to|type|licensing_state|area_no|licensing_nm"
    ),
    "liaison_contact": (
        "liai_id|sub_identi_cd|nm|cert_type|cert_num|liai_tel|record_type|record_dt|uni_social_crd_cd|comp_nm"
    ),
}

CHINESE = {
    "registration": (
        "主体身份代码|登记机关|企业类型大类（中文）|登记状态（中文）|统一社会信用代码|企业名称（字号名称）|"
        "住所（登记、个体户经营场所）|法定代表人(经营者姓名)|行业代码（中文）|注册资本(资金数额)|币种|经营范围|"
        "注册号|核准日期（登记、吊销、注销日期）|成立日期|经营(营业)起始日期|经营(营业)截止日期|住所所在行政区划|"
        "生产经营地|生产经营地所在行政区划|邮政编码|是否个转企|是否个转企二次转型|组成形式|经营场所|其他信息|"
        "企业信用信息公示系统网址|二维码|隶属企业主体身份代码|行业代码|行业名称"
    ),
    "legal_representative": (
        "主体身份代码|人员id|法定代表人标志|姓名|职务|证件类型|国籍|职务（中文名称）|证件类型（中文）|国籍（中文）|"
        "身份证件号码|固定电话|移动电话|电子邮箱|时间戳签名值|签名摘要|签名名证书公钥|统一社会信用代码|"
        "企业名称（字号名称）"
    ),
    "abnormal_listing": (
        "列入日期|经营异常名录id|列入经营异常名录原因|统一社会信用代码|营业执照注册号|作出决定机关(移出)|内部序号|"
        "移出经营异常名录原因|移出日期|作出决定机关(列入)|企业名称"
    ),
    "abnormal_mark_individual": (
        "经营异常标记id|标记日期|是否恢复|恢复日期|主体身份代码|统一社会信用代码|企业名称（字号名称）"
    ),
    "serious_violation_listing": (
        "严重违法失信企业名单id|列入日期|列入严重违法失信企业名单原因|移出日期|作出决定机关(移出)|统一社会信用代码|"
        "移出严重违法失信企业名单原因|企业名称|营业执照注册号|作出决定机关(列入)|主体身份代码|所属地市|所属区/县"
    ),
    "annual_report": (
        "营业执照注册号|统一社会信用代码|企业名称|主体身份代码|企业类型|营运状况|年度报告日期|年报id|年报年度|"
        "资产总额|资产总额是否公示|负债总额|负债总额是否公示|利润总额|利润总额是否公示|净利润|净利润是否公示|"
        "所有者权益合计|所有者权益合计是否公示|销售(营业)收入|销售(营业)收入是否公示|其中主营业务收入|"
        "其中主营业务收入是否公示|纳税总额|纳税总额是否公示|从业人数|从业人数是否公示|所属地市|所属区/县"
    ),
    "annual_report_assets": (
        "年报id|年报年度|资产总额|负债总额|所有者权益合计|营业总收入|利润总额|净利润|纳税总额|主体身份代码|"
        "统一社会信用代码|企业名称（字号名称）"
    ),
    "annual_report_shareholders": (
        "投资人id|年报id|股东/发起人名称|累计认缴额|认缴出资日期|认缴出资方式|认缴出资方式中文名称|累计实缴额|"
        "实缴出资日期|实缴出资方式|实缴出资方式中文名称|主体身份代码|统一社会信用代码|企业名称（字号名称）|年报年度"
    ),
    "annual_report_guarantees": (
        "对外担保标识id|年报id|债权人|债务人|主债权种类|主债权数额|履行债务的期限自|履行债务的期限至|保证的期间|"
        "对外担保是否公示|保证的方式|主体身份代码|统一社会信用代码|企业名称（字号名）|年报年度"
    ),
    "annual_report_websites": (
        "网站标识|年报id|网站网店类型|网站（网店）名称|网站（网店）网址|网站类型|网络交易平台运营类型|"
        "网络交易产品类型|电商类型|icp证号/备案号|微信公众服务号|app软件名称|所属平台名称|发货地址|退货地址|"
        "主体身份代码|统一社会信用代码|企业名称（字号名称）|年报年度"
    ),
    "subscribed_contribution": (
        "认缴id|出资人id|股东/发起人名称|认缴出资额|认缴出资方式ca22|认缴出资方式中文名称|认缴出资日期|公示日期|"
        "主体身份代码|统一社会信用代码|企业名称（字号名称）"
    ),
    "paid_contribution": (
        "实缴id|出资人id|股东/发起人名称|实缴出资额|实缴出资方式ca22|实缴出资方式中文名称|实缴出资日期|公示日期|"
        "主体身份代码|统一社会信用代码|企业名称（字号名称）"
    ),
    "equity_change": (
        "业务主键|主体身份代码|统一社会信用代码|股东|股权变更日期|公示日期|变更前股权比例|变更后股权比例"
    ),
    "penalty_published": (
        "业务主键|主体身份代码|统一社会信用代码|纳税人名称|行政处罚文号|处罚原因|处罚时间|处罚结果|法人姓名|"
        "法人身份证号"
    ),
    "penalty_case": (
        "主键id|唯一标志符|案件编号|处罚行为名称|执法主体名称|执法主体统一社会信用码|是否委托其他部门实施|"
        "受委托组织名称|受委托组织编码|案件程序类别|案件来源|案件来源日期|检查案件编号|移送部门名称|"
        "移送部门统一社会信用码|当事人类型|当事人名称|当事人身份证件类型|当事人证件号码|当事人联系电话|"
        "法定代表人姓名|法定代表人身份证号码|住所（住址）行政区划代码(国家标准，不含经济开发区)|"
        "住所（住址）行政区划名称|住所（住址）|注册地址行政区划编码|注册地址行政区划名称|注册地址|"
        "经营地址行政区划编码|经营地址行政区划名称|经营地址|执法人员姓名|执法人员证件编号|案情介绍|"
        "是否移送司法机关|移送、 抄送司法机关时间|0:否， 1： 是（如果没有立案，立案相关信息不传）|创建时间|"
        "更新类型|测试数据标识|来源厅局编码|插入时间|行政区划编码|组织编码|法定代表人证件类型|flag"
    ),
    "penalty_decision": (
        "主键|案件名称|违法行为类型|处罚类别|行政处罚决定书文号|对外公开的处罚决定书全文或摘要|处罚依据|罚款|"
        "没收违法所得|暂扣或吊销证照名称|暂扣或吊销证照编号|处罚决定日期|处罚有效期|公示截止期|"
        "参与该业务办理第一环节的部门名称|参与该业务办理第一环节的部门的统一社会信用代码|数据来源单位|"
        "数据来源单位统一社会信用代码|案件撤销原因"
    ),
    "court_defaulter": (
        "法院代码|被执行人姓名/名称|身份证号码|组织机构代码|法定代表人或者负责人姓名|执行法院|执行依据文号|"
        "立案时间|案号|做出执行依据单位|生效法律文书确定的义务|被执行人的履行情况|发布时间|搜案年号|搜案编号|"
        "被执行人序号|已履行部分|未履行部分|失信id|性别|被执行人性质|出生日期|失信被执行人行为情况"
    ),
    "unfulfilled_judgment": (
        "企业名称|统一社会信用代码|组织机构代码|法定代表人|单位地址|执行法院|案号|执行依据|执行案由|履行时间|"
        "执行金额（元）|执行行为|执行物品|未执行金额（元）|未执行行为|未执行物品|共同被执行人|曝光日期|举报电话|"
        "举报联系人|搜案编号|当事人编号|法院代码|立案日期"
    ),
    "tax_blacklist": (
        "纳税人识别号|纳税人名称|法定代表人身份证号|法定代表人性别|法定代表人姓名|注册地址|组织机构代码|处罚依据|"
        "主要违法事实|案件性质|税务处理处罚情况|录入时间|移出时间"
    ),
    "tax_abnormal_household": "统一社会信用代码|企业名称|非正常户认定日期|法定代表人身份证号|法定代表人",
    "tax_arrears": "纳税人识别号|纳税人名称|生产经营地址|欠税税种|累计欠税余额|企业个体标志|发布部门",
    "tax_credit_rating": (
        "统一社会信用代码|纳税人名称|评价年度|信用等级|评价单位|评定时间|信用评价名称|企业个体名称|"
        "评价结果有效期始|评价结果有效期止"
    ),
    "tax_a_rating": (
        "信用分|统一社会信用代码|交易流水号|所属年度|法定代表人|生产经营地址|纳税人识别号|组织机构代码|评价机构|"
        "纳税人名称|纳税信用等级|纳税信用等级评定年度|纳税信用等级评定日期|主管税务机关"
    ),
    "environment_rating": (
        "地区名称|主体名称|统一社会信用代码|评价等级|发布时间|主键|评价批次|评价机构|评价机构统一社会信用代码|"
        "评价名称|有效期限|评价分值"
    ),
    "permit_published": (
        "业务主键|主体身份代码|统一社会信用代码|许可文件编号|许可文件名称|许可机关|许可内容|状态|有效期自|有效期至"
    ),
    "public_credit_score": "主体名称|统一社会信用代码|信用分|评价时间|所属地市|所属区/县",
}
