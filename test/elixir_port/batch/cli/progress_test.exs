defmodule Thumbnailer.Batch.CLI.ProgressTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureIO

  alias Thumbnailer.Batch.CLI.Progress
  alias Thumbnailer.Batch.Report

  @reports for done <- 1..3, do: %Report{started_at: 0, total: 3, done: done}

  defp shown(live, interval) do
    capture_io(fn ->
      progress = Progress.new(live, interval)
      Enum.each(@reports, &Progress.show(progress, &1))
      Progress.clear(progress)
    end)
  end

  test "where there is no terminal each line stands, and in the end all are counted" do
    written = shown(false, 0)
    assert [first, _second, last] = String.split(written, "\n", trim: true)
    assert first =~ ~r{^1/3 }
    assert last =~ "3/3 (100 %)"
    refute written =~ "\e"
  end

  test "a batch that is over within the interval shows no line where there is no terminal" do
    assert shown(false, 3_600_000) == ""
  end

  test "on a terminal the line changes in place, and is cleared in the end" do
    written = shown(true, 0)
    assert String.ends_with?(written, "\r\e[2K")
    refute written =~ "\n"
  end

  test "a line is no wider than the terminal" do
    report = %{
      hd(@reports)
      | skipped: 1_000_000_000_000,
        failed: 1_000_000_000_000,
        total: 1_000_000_000_000_000
    }

    written = capture_io(fn -> Progress.show(Progress.new(true, 0), report) end)

    assert written |> String.replace_prefix("\r\e[2K", "") |> String.length() < 80
  end
end
