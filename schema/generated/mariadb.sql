CREATE TABLE dbal_writer (id TINYINT NOT NULL PRIMARY KEY, version INTEGER NOT NULL DEFAULT 0) ENGINE=InnoDB SELECT 1 AS id;
CREATE TABLE IF NOT EXISTS dbal_schema (
	version INTEGER NOT NULL,
	form INTEGER NOT NULL,
	`appliedAt` BIGINT,
	changes LONGTEXT NOT NULL,
	definitions LONGTEXT NOT NULL,
	PRIMARY KEY (version)
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE TABLE `InstalledPackage` (
	id VARCHAR(36) NOT NULL,
	`packageId` VARCHAR(255) NOT NULL,
	`tenantId` VARCHAR(36),
	`installedAt` BIGINT NOT NULL,
	version LONGTEXT NOT NULL,
	enabled TINYINT(1) NOT NULL,
	config LONGTEXT,
	`tenantId_or_none` VARCHAR(36) GENERATED ALWAYS AS (coalesce(`tenantId`, '')) STORED,
	PRIMARY KEY (id),
	CONSTRAINT `c_InstalledPackage_enabled` CHECK (enabled IN (0, 1))
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_InstalledPackage_tenantId_id` ON `InstalledPackage` (`tenantId`, id);
CREATE UNIQUE INDEX `u_InstalledPackage_packageId` ON `InstalledPackage` (`packageId`, `tenantId_or_none`);
CREATE TABLE `PageConfig` (
	id VARCHAR(36) NOT NULL,
	`tenantId` VARCHAR(36),
	`packageId` LONGTEXT,
	path VARCHAR(255) NOT NULL,
	title LONGTEXT NOT NULL,
	description LONGTEXT,
	icon LONGTEXT,
	component LONGTEXT,
	`parentPath` LONGTEXT,
	`componentTree` LONGTEXT NOT NULL,
	level INTEGER NOT NULL,
	`requiresAuth` TINYINT(1) NOT NULL,
	`requiredRole` LONGTEXT,
	`sortOrder` INTEGER NOT NULL,
	`isPublished` TINYINT(1) NOT NULL,
	params LONGTEXT,
	meta LONGTEXT,
	`createdAt` BIGINT NOT NULL,
	`updatedAt` BIGINT NOT NULL,
	`tenantId_or_none` VARCHAR(36) GENERATED ALWAYS AS (coalesce(`tenantId`, '')) STORED,
	PRIMARY KEY (id),
	CONSTRAINT `c_PageConfig_requiresAuth` CHECK (`requiresAuth` IN (0, 1)),
	CONSTRAINT `c_PageConfig_isPublished` CHECK (`isPublished` IN (0, 1))
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_PageConfig_tenantId_id` ON `PageConfig` (`tenantId`, id);
CREATE UNIQUE INDEX `u_PageConfig_path` ON `PageConfig` (path, `tenantId_or_none`);
CREATE TABLE `User` (
	id VARCHAR(36) NOT NULL,
	username VARCHAR(50) NOT NULL,
	email VARCHAR(255) NOT NULL,
	`role` LONGTEXT NOT NULL,
	`profilePicture` LONGTEXT,
	bio LONGTEXT,
	`createdAt` BIGINT NOT NULL,
	`tenantId` VARCHAR(36),
	`isInstanceOwner` TINYINT(1) NOT NULL,
	`passwordChangeTimestamp` BIGINT,
	`firstLogin` TINYINT(1) NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT `c_User_isInstanceOwner` CHECK (`isInstanceOwner` IN (0, 1)),
	CONSTRAINT `c_User_firstLogin` CHECK (`firstLogin` IN (0, 1))
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_User_tenantId_id` ON `User` (`tenantId`, id);
CREATE UNIQUE INDEX `u_User_email` ON `User` (email);
CREATE UNIQUE INDEX `u_User_username` ON `User` (username);
CREATE TABLE `ComponentNode` (
	id VARCHAR(36) NOT NULL,
	`pageId` VARCHAR(36) NOT NULL,
	`parentId` VARCHAR(36),
	type LONGTEXT NOT NULL,
	`childIds` LONGTEXT NOT NULL,
	`order` INTEGER NOT NULL,
	props LONGTEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT `f_ComponentNode_pageId` FOREIGN KEY(`pageId`) REFERENCES `PageConfig` (id) ON DELETE CASCADE,
	CONSTRAINT `f_ComponentNode_parentId` FOREIGN KEY(`parentId`) REFERENCES `ComponentNode` (id) ON DELETE CASCADE
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_ComponentNode_pageId` ON `ComponentNode` (`pageId`);
CREATE INDEX `i_ComponentNode_parentId` ON `ComponentNode` (`parentId`);
CREATE TABLE `Credential` (
	username VARCHAR(50) NOT NULL,
	`passwordHash` LONGTEXT NOT NULL,
	PRIMARY KEY (username),
	CONSTRAINT `f_Credential_username` FOREIGN KEY(username) REFERENCES `User` (username) ON DELETE CASCADE ON UPDATE CASCADE
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE TABLE `Post` (
	id VARCHAR(36) NOT NULL,
	title LONGTEXT NOT NULL,
	slug VARCHAR(100),
	body LONGTEXT,
	rating DOUBLE,
	views BIGINT NOT NULL,
	published TINYINT(1) NOT NULL,
	`publishedOn` LONGTEXT,
	data LONGTEXT,
	`ownerId` VARCHAR(36),
	PRIMARY KEY (id),
	CONSTRAINT `f_Post_ownerId` FOREIGN KEY(`ownerId`) REFERENCES `User` (id) ON DELETE SET NULL,
	CONSTRAINT `c_Post_published` CHECK (published IN (0, 1))
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_Post_ownerId` ON `Post` (`ownerId`);
CREATE UNIQUE INDEX `u_Post_slug` ON `Post` (slug);
CREATE TABLE `Session` (
	id VARCHAR(36) NOT NULL,
	`userId` VARCHAR(36) NOT NULL,
	token VARCHAR(512) NOT NULL,
	`expiresAt` BIGINT NOT NULL,
	`createdAt` BIGINT NOT NULL,
	`lastActivity` BIGINT NOT NULL,
	`ipAddress` LONGTEXT,
	`userAgent` LONGTEXT,
	PRIMARY KEY (id),
	CONSTRAINT `f_Session_userId` FOREIGN KEY(`userId`) REFERENCES `User` (id) ON DELETE CASCADE
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_Session_userId` ON `Session` (`userId`);
CREATE UNIQUE INDEX `u_Session_token` ON `Session` (token);
CREATE TABLE `Workflow` (
	id VARCHAR(36) NOT NULL,
	`tenantId` VARCHAR(36),
	name VARCHAR(255) NOT NULL,
	description LONGTEXT,
	nodes LONGTEXT NOT NULL,
	edges LONGTEXT NOT NULL,
	enabled TINYINT(1) NOT NULL,
	version INTEGER NOT NULL,
	`createdAt` BIGINT NOT NULL,
	`updatedAt` BIGINT NOT NULL,
	`createdBy` VARCHAR(36),
	`tenantId_or_none` VARCHAR(36) GENERATED ALWAYS AS (coalesce(`tenantId`, '')) STORED,
	PRIMARY KEY (id),
	CONSTRAINT `f_Workflow_createdBy` FOREIGN KEY(`createdBy`) REFERENCES `User` (id) ON DELETE SET NULL,
	CONSTRAINT `c_Workflow_enabled` CHECK (enabled IN (0, 1))
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_Workflow_createdBy` ON `Workflow` (`createdBy`);
CREATE INDEX `i_Workflow_tenantId_id` ON `Workflow` (`tenantId`, id);
CREATE UNIQUE INDEX `u_Workflow_name` ON `Workflow` (name, `tenantId_or_none`);
CREATE TABLE `Probe` (
	code VARCHAR(40) NOT NULL,
	`tenantId` VARCHAR(36),
	label LONGTEXT,
	amount INTEGER NOT NULL,
	ratio DOUBLE,
	active TINYINT(1) NOT NULL,
	`secretNote` LONGTEXT,
	pin LONGTEXT,
	`postId` VARCHAR(36),
	`expiresAt` BIGINT,
	revision INTEGER NOT NULL,
	PRIMARY KEY (code),
	CONSTRAINT `f_Probe_postId` FOREIGN KEY(`postId`) REFERENCES `Post` (id),
	CONSTRAINT `c_Probe_active` CHECK (active IN (0, 1))
)ENGINE=InnoDB CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC COLLATE utf8mb4_nopad_bin;
CREATE INDEX `i_Probe_postId` ON `Probe` (`postId`);
CREATE INDEX `i_Probe_tenantId_code` ON `Probe` (`tenantId`, code);
