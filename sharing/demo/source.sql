-- The systems of providers, invented: people, marriages, deaths, social insurance, allowances,
-- disability certificates, enterprises, food licences, real estate, vehicles.
--
-- Everything follows from a row number and a seed (:seed), and from parameters of the session:
-- demo.people (rows), demo.today, demo.surnames, demo.given_first, demo.given_second.
-- Table pg_temp.place (slot, code, county_code, county_name, county, township, village) says where people live.
-- Some values are wrong on purpose, so that the checks of a delivery have something to report.

CREATE FUNCTION pg_temp.pick(i bigint, salt int, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(i, salt + :seed) & 2147483647) % n)::int $$;

CREATE FUNCTION pg_temp.with_check(body text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
-- GB 11643: the 18th character of an identity number
DECLARE
  weights constant int[] := ARRAY[7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2];
  total int := 0;
BEGIN
  FOR i IN 1..17 LOOP
    total := total + weights[i] * (ascii(substr(body, i, 1)) - 48);
  END LOOP;
  RETURN body || substr('10X98765432', total % 11 + 1, 1);
END $$;

CREATE FUNCTION pg_temp.spoilt(text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT overlay($1 PLACING translate(right($1, 1), '0123456789X', '12345678900') FROM 18) $$;

CREATE FUNCTION pg_temp.uscc(region text, n bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
-- GB 32100 with GB 11714 inside: a made-up enterprise of the region
DECLARE
  alphabet constant text := '0123456789ABCDEFGHJKLMNPQRTUWXY';
  weights constant int[] := ARRAY[1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28];
  body_weights constant int[] := ARRAY[3,7,9,10,5,8,4,2];
  body text := 'DM' || lpad(n::text, 6, '0');
  code text;
  total int := 0;
  c text;
BEGIN
  FOR i IN 1..8 LOOP
    c := substr(body, i, 1);
    total := total + body_weights[i] * CASE WHEN c ~ '[0-9]' THEN c::int ELSE ascii(c) - 55 END;
  END LOOP;
  code := '91' || region || body || substr('0123456789X0', (11 - total % 11) % 11 + 1, 1);
  total := 0;
  FOR i IN 1..17 LOOP
    total := total + weights[i] * (position(substr(code, i, 1) IN alphabet) - 1);
  END LOOP;
  RETURN code || substr(alphabet, (31 - total % 31) % 31 + 1, 1);
END $$;

CREATE TABLE resident AS
WITH words AS MATERIALIZED (
  SELECT string_to_array(current_setting('demo.surnames'), ',') AS surnames,
    string_to_array(current_setting('demo.given_first'), ',') AS firsts,
    string_to_array(current_setting('demo.given_second'), ',') AS seconds,
    current_setting('demo.today')::date AS today,
    (SELECT count(*)::int FROM pg_temp.place) AS places
), born AS (
  -- day of birth and serial number together are different for every row
  SELECT i, date '1936-01-01' + (i * 7919 % 32003)::int AS birth_date,
    (i / 32003 * 71 + pg_temp.pick(i * 7919 % 32003, 1, 500)) % 500 AS half,
    pg_temp.pick(i, 2, 2) AS woman, pg_temp.pick(i, 3, places) AS slot
  FROM generate_series(1, current_setting('demo.people')::bigint) AS i, words
), made AS (
  SELECT born.*, place.*, words.*, (today - birth_date) / 365 AS age,
    pg_temp.with_check(
      county_code || to_char(birth_date, 'YYYYMMDD') || lpad((half * 2 + 1 - woman)::text, 3, '0')
    ) AS id_number
  FROM born JOIN pg_temp.place USING (slot), words
)
SELECT i AS row_no,
  (CASE WHEN i % 1499 = 7 THEN pg_temp.spoilt(id_number) ELSE id_number END)::varchar(18) AS id_number,
  (CASE WHEN i % 2503 <> 11 THEN surnames[1 + pg_temp.pick(i, 4, cardinality(surnames))]
    || firsts[1 + pg_temp.pick(i, 5, cardinality(firsts))]
    || CASE WHEN pg_temp.pick(i, 6, 8) > 0 THEN seconds[1 + pg_temp.pick(i, 7, cardinality(seconds))] ELSE '' END
  END)::varchar(60) AS name,
  (CASE WHEN i % 1201 = 5 THEN 'M' ELSE (woman + 1)::text END)::varchar(1) AS sex,
  (CASE WHEN i % 3001 = 6 THEN '00' WHEN pg_temp.pick(i, 8, 60) = 0
    THEN (ARRAY['03','05','09','11'])[1 + pg_temp.pick(i, 9, 4)] ELSE '01' END)::varchar(2) AS nation,
  birth_date,
  (CASE WHEN i % 331 <> 3 THEN '江苏省' || county || township || village
    || (1 + pg_temp.pick(i, 10, 320)) || '号' || (1 + pg_temp.pick(i, 11, 30)) || '室' END)::varchar(200) AS address,
  ('江苏省' || county || CASE WHEN pg_temp.pick(i, 12, 6) > 0 THEN township ELSE '' END
    || (ARRAY['人民路','建设路','解放路','青年路'])[1 + pg_temp.pick(i, 13, 4)]
    || (1 + pg_temp.pick(i, 14, 500)) || '号')::varchar(200) AS registered_address,
  (county_code || lpad((i / 4)::text, 9, '0'))::varchar(20) AS household_no,
  (CASE WHEN age < 24 THEN '20' WHEN age > 72 THEN '50' WHEN i % 2 = 0 THEN '01' ELSE '10' END)::varchar(2) AS relation,
  (CASE WHEN age < 24 THEN '10' WHEN age > 78 THEN '30' WHEN pg_temp.pick(i, 15, 12) = 0 THEN '40'
    ELSE '20' END)::varchar(2) AS marital_status,
  (CASE WHEN i % 997 = 9 THEN '无' ELSE (ARRAY['138','139','158','188'])[1 + pg_temp.pick(i, 16, 4)]
    || '0000' || lpad(pg_temp.pick(i, 17, 10000)::text, 4, '0') END)::varchar(20) AS phone,
  (CASE WHEN pg_temp.pick(i, 18, 40) = 0 THEN '2' WHEN pg_temp.pick(i, 18, 97) = 1 THEN '3' ELSE '1' END)::varchar(1) AS resident_status,
  decode(md5(i::text), 'hex') AS fingerprint,
  code AS region_code,
  (today - pg_temp.pick(i, 19, 400) + make_interval(secs => pg_temp.pick(i, 20, 86400))) AT TIME ZONE 'Asia/Shanghai'
    + CASE WHEN i % 4001 = 8 THEN interval '70 years' ELSE interval '0' END AS updated_at
FROM made;
ALTER TABLE resident ADD PRIMARY KEY (id_number);
CREATE INDEX ON resident (row_no);
CREATE INDEX ON resident (region_code text_pattern_ops);
COMMENT ON TABLE resident IS '常住人口';
ANALYZE resident; -- the tables below are made from it

-- An old system with the usual abbreviations for names of columns.
CREATE TABLE hy_djxx AS
SELECT (CASE WHEN pg_temp.pick(r.row_no, 34, 120) = 0 THEN pg_temp.spoilt(r.id_number)
    ELSE r.id_number END)::varchar(18) AS sfzh, r.name AS xm, r.sex AS xb, r.birth_date AS csrq,
  (ARRAY['1','1','1','1','2','3'])[1 + pg_temp.pick(r.row_no, 30, 6)]::varchar(2) AS djlx,
  least(
    greatest(r.birth_date, s.birth_date, date '1978-01-01') + 23 * 365 + pg_temp.pick(r.row_no, 31, 3000),
    current_setting('demo.today')::date - pg_temp.pick(r.row_no, 33, 900)
  ) AS djrq,
  (place.county_name || '民政局婚姻登记处')::varchar(100) AS djjg,
  s.name AS poxm, s.id_number AS posfzh, r.region_code AS xzqh, r.updated_at AS gxsj
FROM resident r
JOIN resident s ON s.row_no = r.row_no + 1
JOIN (SELECT DISTINCT code, county_name FROM pg_temp.place) AS place ON place.code = r.region_code
WHERE r.sex <> s.sex AND r.marital_status IN ('20', '40') AND pg_temp.pick(r.row_no, 32, 4) = 0;
UPDATE hy_djxx SET djlx = '9' WHERE posfzh LIKE '%88_';
CREATE INDEX ON hy_djxx (xzqh text_pattern_ops);
COMMENT ON TABLE hy_djxx IS '婚姻登记信息';
COMMENT ON COLUMN hy_djxx.sfzh IS '身份证号';
COMMENT ON COLUMN hy_djxx.posfzh IS '配偶身份证号';

CREATE TABLE death AS
SELECT id_number, name, sex, birth_date,
  CASE WHEN pg_temp.pick(row_no, 43, 60) > 0 THEN
    greatest(birth_date + 1, current_setting('demo.today')::date - pg_temp.pick(row_no, 40, 1500))
  END AS death_date,
  (ARRAY['I21.9','I63.9','J18.9','C34.9','C16.9'])[1 + pg_temp.pick(row_no, 41, 5)]::varchar(10) AS death_cause,
  registered_address, region_code, updated_at
FROM resident WHERE resident_status = '2' AND pg_temp.pick(row_no, 42, 20) > 0;
CREATE INDEX ON death (region_code text_pattern_ops);
COMMENT ON TABLE death IS '死亡医学证明';

CREATE TABLE insured AS
SELECT r.id_number, CASE WHEN pg_temp.pick(r.row_no, 49, 200) > 0 THEN r.name END AS name,
  r.sex, r.birth_date, kind.code AS insurance_type,
  ('32' || lpad((r.row_no * 10 + kind.n)::text, 10, '0'))::varchar(20) AS insured_no,
  (ARRAY['1','1','1','1','1','2','3'])[1 + pg_temp.pick(r.row_no, 50 + kind.n, 7)]::varchar(1) AS insured_status,
  greatest(r.birth_date + 18 * 365 + pg_temp.pick(r.row_no, 55, 2500), date '1995-01-01') AS insured_from,
  (4494 + 10 * pg_temp.pick(r.row_no, 56, 1800))::numeric(12, 2) AS pay_base,
  CASE WHEN r.row_no % 401 = 4 THEN -1 ELSE pg_temp.pick(r.row_no, 57, 360) END AS pay_months,
  (p.county_name || (ARRAY['纺织','机械','电子','商贸','物流','建筑'])[1 + pg_temp.pick(r.row_no, 58, 6)]
    || '第' || (1 + pg_temp.pick(r.row_no, 59, 90)) || '公司')::varchar(200) AS employer,
  r.region_code, r.updated_at
FROM resident r
JOIN (SELECT DISTINCT code, county_name FROM pg_temp.place) AS p ON p.code = r.region_code
JOIN (VALUES (1, '110', 38), (2, '310', 25)) AS kind (n, code, share)
  ON pg_temp.pick(r.row_no, 60 + kind.n, 100) < kind.share
WHERE r.birth_date BETWEEN current_setting('demo.today')::date - 70 * 365 AND current_setting('demo.today')::date - 18 * 365
  AND r.resident_status = '1';
CREATE INDEX ON insured (region_code text_pattern_ops);
COMMENT ON TABLE insured IS '社会保险参保';

CREATE TABLE allowance AS
SELECT r.id_number, r.name, r.sex, r.birth_date,
  (ARRAY['11','12','21'])[1 + pg_temp.pick(r.row_no, 70, 3)]::varchar(2) AS assistance_type,
  1 + pg_temp.pick(r.row_no, 71, 5) AS family_members,
  (300 + 7 * pg_temp.pick(r.row_no, 72, 90))::numeric(12, 2) AS family_income,
  (260 + 5 * pg_temp.pick(r.row_no, 73, 140))::numeric(12, 2) AS benefit_amount,
  current_setting('demo.today')::date - pg_temp.pick(r.row_no, 74, 2000) AS benefit_from,
  CASE WHEN pg_temp.pick(r.row_no, 75, 10) = 0 THEN current_setting('demo.today')::date - pg_temp.pick(r.row_no, 76, 60) END AS benefit_until,
  p.township, p.village, r.region_code, r.updated_at
FROM resident r
JOIN (SELECT DISTINCT code, township, village FROM pg_temp.place) AS p ON p.code = r.region_code
WHERE pg_temp.pick(r.row_no, 77, 30) = 0;
CREATE INDEX ON allowance (region_code text_pattern_ops);
COMMENT ON TABLE allowance IS '最低生活保障对象';

CREATE TABLE disability_card AS
SELECT id_number, name, sex, birth_date,
  (CASE WHEN row_no % 701 = 9 THEN '0' ELSE (1 + pg_temp.pick(row_no, 80, 7))::text END)::varchar(1) AS disability_type,
  (1 + pg_temp.pick(row_no, 81, 4))::text::varchar(1) AS disability_level,
  (CASE WHEN pg_temp.pick(row_no, 86, 70) > 0 THEN id_number
    || (1 + pg_temp.pick(row_no, 80, 7)) || (1 + pg_temp.pick(row_no, 81, 4)) END)::varchar(60) AS certificate_no,
  current_setting('demo.today')::date - pg_temp.pick(row_no, 82, 3000) AS issued_on,
  current_setting('demo.today')::date - pg_temp.pick(row_no, 82, 3000) + 3652 AS valid_until,
  address,
  (CASE WHEN pg_temp.pick(row_no, 83, 3) = 0
    THEN left(name, 1) || (ARRAY['承安','玉清','予衡','文岚','书平'])[1 + pg_temp.pick(row_no, 84, 5)] END)::varchar(60) AS guardian,
  CASE WHEN pg_temp.pick(row_no, 83, 3) = 0 THEN phone END AS guardian_phone,
  region_code, updated_at
FROM resident WHERE resident_status = '1' AND pg_temp.pick(row_no, 85, 28) = 0;
CREATE INDEX ON disability_card (region_code text_pattern_ops);
COMMENT ON TABLE disability_card IS '残疾人证';

CREATE TABLE enterprise AS
SELECT r.row_no, pg_temp.uscc(p.county_code, r.row_no / 6)::varchar(18) AS uscc,
  (p.county_name || (ARRAY['恒','瑞','新','东','通','海','鑫','宏'])[1 + pg_temp.pick(r.row_no, 90, 8)]
    || (ARRAY['达','源','盛','和','安','泰','远','华'])[1 + pg_temp.pick(r.row_no, 91, 8)]
    || (ARRAY['纺织','机械','餐饮','商贸','科技','物流','食品','建材'])[1 + pg_temp.pick(r.row_no, 92, 8)]
    || '有限公司')::varchar(200) AS enterprise_name,
  r.name AS legal_person, '1130'::varchar(4) AS enterprise_type,
  (10 * (1 + pg_temp.pick(r.row_no, 93, 500)))::numeric(16, 2) AS registered_capital,
  current_setting('demo.today')::date - pg_temp.pick(r.row_no, 94, 9000) AS established_on,
  '一般项目：销售、服务；许可项目以审批结果为准。'::text AS business_scope,
  (ARRAY['1751','3484','6210','5199','6513','5431','1411','3024'])[1 + pg_temp.pick(r.row_no, 92, 8)]::varchar(4) AS industry_code,
  r.registered_address::varchar(200) AS enterprise_address,
  (ARRAY['1','1','1','1','1','1','2','3'])[1 + pg_temp.pick(r.row_no, 95, 8)]::varchar(1) AS enterprise_status,
  (p.county_name || '市场监督管理局')::varchar(100) AS registration_office, r.region_code, r.updated_at
FROM resident r
JOIN (SELECT DISTINCT code, county_name, county_code FROM pg_temp.place) AS p ON p.code = r.region_code
WHERE r.row_no % 6 = 0;
UPDATE enterprise SET uscc = overlay(uscc PLACING 'I' FROM 12) WHERE row_no % 2400 = 0;
ALTER TABLE enterprise ADD PRIMARY KEY (uscc);
CREATE INDEX ON enterprise (region_code text_pattern_ops);
COMMENT ON TABLE enterprise IS '市场主体';

CREATE TABLE food_licence AS
SELECT uscc, enterprise_name, legal_person,
  ('JY1' || left(region_code, 6) || lpad(row_no::text, 7, '0'))::varchar(60) AS licence_no,
  '食品经营许可'::varchar(100) AS licence_name,
  since AS issued_on, since AS valid_from, since + 1826 AS valid_until,
  registration_office AS issued_by,
  (CASE WHEN since + 1826 < current_setting('demo.today')::date THEN '4' ELSE '1' END)::varchar(1) AS licence_status,
  enterprise_address, region_code, updated_at
FROM enterprise, LATERAL (SELECT current_setting('demo.today')::date - pg_temp.pick(row_no, 100, 2000)) AS s (since)
WHERE pg_temp.pick(row_no, 101, 2) = 0;
ALTER TABLE food_licence ADD PRIMARY KEY (licence_no);
CREATE INDEX ON food_licence (region_code text_pattern_ops);
COMMENT ON TABLE food_licence IS '食品经营许可';

CREATE TABLE property AS
SELECT ('苏（' || (2016 + pg_temp.pick(row_no, 110, 10)) || '）' || left(region_code, 6) || '不动产权第'
    || lpad(row_no::text, 7, '0') || '号')::varchar(60) AS property_no,
  (left(region_code, 9) || '001GB' || lpad((row_no % 100000)::text, 5, '0') || 'F'
    || lpad(pg_temp.pick(row_no, 111, 9999)::text, 8, '0'))::varchar(28) AS property_unit,
  name, id_number, address AS property_address,
  (40 + pg_temp.pick(row_no, 112, 1800) / 10.0)::numeric(10, 2) AS floor_area,
  '10'::varchar(3) AS property_use, '4'::varchar(2) AS right_type,
  pg_temp.pick(row_no, 113, 3) = 0 AS mortgaged, pg_temp.pick(row_no, 114, 90) = 0 AS sealed_up,
  current_setting('demo.today')::date - pg_temp.pick(row_no, 115, 3500) AS registered_on,
  region_code, updated_at
FROM resident WHERE relation = '01' AND pg_temp.pick(row_no, 116, 2) = 0;
ALTER TABLE property ADD PRIMARY KEY (property_no);
CREATE INDEX ON property (region_code text_pattern_ops);
COMMENT ON TABLE property IS '不动产登记';

CREATE TABLE vehicle AS
SELECT ('苏' || (ARRAY['A','B','E','F','J'])[1 + pg_temp.pick(row_no, 120, 5)] || upper(lpad(to_hex(row_no), 5, '0')))::varchar(15) AS plate_no,
  (ARRAY['K33','K31','H31'])[1 + pg_temp.pick(row_no, 121, 3)]::varchar(3) AS vehicle_type,
  (ARRAY['东风','长安','吉利','比亚迪','大众'])[1 + pg_temp.pick(row_no, 122, 5)]::varchar(60) AS vehicle_brand,
  ('LDM' || upper(left(md5(row_no::text), 14)))::varchar(17) AS vin, name, id_number,
  current_setting('demo.today')::date - pg_temp.pick(row_no, 123, 4000) AS first_registered_on,
  current_setting('demo.today')::date + pg_temp.pick(row_no, 124, 700) - 60 AS inspected_until,
  (ARRAY['A','A','A','A','G','E'])[1 + pg_temp.pick(row_no, 125, 6)]::varchar(2) AS vehicle_status,
  ((ARRAY['人民路','世纪大道','长江路','通京大道','工农路'])[1 + pg_temp.pick(row_no, 127, 5)] || '卡口')::varchar(100) AS last_passage,
  region_code, updated_at
FROM resident WHERE relation IN ('01', '10') AND pg_temp.pick(row_no, 126, 5) = 0;
ALTER TABLE vehicle ADD PRIMARY KEY (plate_no);
CREATE INDEX ON vehicle (region_code text_pattern_ops);
COMMENT ON TABLE vehicle IS '机动车登记';

-- No entry carries this table yet: names of columns that say nothing, and one that says wrong.
CREATE TABLE zzdj AS
SELECT id_number AS a1, name AS a2, phone AS a3, address AS a4, household_no AS sfzh,
  (ARRAY['01','02','03','04'])[1 + pg_temp.pick(row_no, 130, 4)]::varchar(2) AS zt,
  current_setting('demo.today')::date - pg_temp.pick(row_no, 131, 900) AS djrq,
  (ARRAY['是','否'])[1 + pg_temp.pick(row_no, 132, 2)]::varchar(2) AS sfgz,
  CASE WHEN pg_temp.pick(row_no, 133, 9) = 0 THEN '已电话核实' || phone ELSE '第' || row_no || '号材料齐全' END AS bz,
  region_code AS xzqh, updated_at AS gxsj
FROM resident WHERE row_no % 40 = 1;
ALTER TABLE zzdj ADD PRIMARY KEY (a1);
COMMENT ON TABLE zzdj IS '流动人口居住登记';
COMMENT ON COLUMN zzdj.a4 IS '居住地址';
COMMENT ON COLUMN zzdj.sfzh IS '身份证件';
COMMENT ON COLUMN zzdj.sfgz IS '是否有工作';

ANALYZE zzdj, hy_djxx, death, insured, allowance, disability_card, enterprise, food_licence, property, vehicle;
