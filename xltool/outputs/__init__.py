"""What xltool writes: locked templates, consolidated workbooks, marks."""
