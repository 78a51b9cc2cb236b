/// Every file of these tests uses what all programs' tests share: children, emulator, workbench, JSON.
@_exported import TestSupport
