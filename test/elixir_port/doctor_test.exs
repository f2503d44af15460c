defmodule Thumbnailer.DoctorTest do
  use ExUnit.Case, async: false

  import ExUnit.CaptureIO
  import Thumbnailer.Fixtures

  alias Thumbnailer.{Doctor, Formats}

  doctest Thumbnailer.Doctor.Finding

  defp find(findings, what), do: Enum.find(findings, &(&1.what == what))

  describe "with the real program" do
    @describetag :real

    test "a program that may not be run, or is of another machine, is told in words" do
      denied = folder() <> "/denied"
      File.cp!("/bin/true", denied)
      File.chmod!(denied, 0o644)
      foreign = folder() <> "/foreign"
      # The header of a program for AArch64, and nothing behind it.
      File.write!(foreign, [
        <<0x7F, "ELF", 2, 1, 1, 0::72, 2::16-little, 183::16-little>>,
        <<0::8000>>
      ])

      File.chmod!(foreign, 0o755)

      for {program, words} <- [{denied, "noexec"}, {foreign, "another architecture"}],
          do:
            assert(
              [executable: program] |> Doctor.examine() |> find("start") |> inspect() =~ words
            )
    end

    test "every format of the hello was tried, and works" do
      findings = Doctor.examine()
      {:ok, hello} = Thumbnailer.info()

      for %{name: name, read: true, read_with: read_with, written: written?} <- hello.formats do
        assert %{state: :ok, detail: detail} = find(findings, Atom.to_string(name))

        assert detail =~
                 if(written?, do: "written and read with ", else: "read with ") <>
                   Formats.reader(read_with)

        assert detail =~ "ms"
      end
    end

    test "a format that is not read is told with what it needs" do
      findings = Doctor.examine(loaders: [:jpeg, :png])
      assert %{state: :ok, detail: "not read: :loaders" <> _} = find(findings, "webp")
      assert %{state: :ok, detail: "not read: only" <> _} = find(findings, "jxl")
      assert %{state: :warning, advice: advice} = find(findings, "heic")
      assert advice =~ "libde265-dev"
    end

    test "a switched off sandbox is a warning with advice" do
      assert %{state: :warning, detail: "off", advice: advice} =
               find(Doctor.examine(sandbox: :off), "sandbox")

      assert advice =~ "sandbox: :off"
    end

    test "what it is, how it starts and what it reads and writes is among the findings" do
      findings = Doctor.examine()
      {:ok, hello} = Thumbnailer.info()

      for {what, detail} <- [
            {"version", "#{hello.version}, protocol #{hello.protocol}"},
            {"reads", Enum.join(hello.loaders, ", ")},
            {"writes", Enum.join(hello.savers, ", ")}
          ],
          do: assert(%{state: :ok, detail: ^detail} = find(findings, what))

      assert %{state: :ok, detail: "in " <> _ms} = find(findings, "start")
      assert find(findings, "limits").detail =~ "max_pixels 200000000"
    end

    test "nothing runs any more when it is done" do
      Doctor.examine()
      assert Process.whereis(Doctor.Instance) == nil
    end

    test "the task prints each finding and ends well" do
      printed = capture_io(fn -> Mix.Task.rerun("thumbnailer.doctor", []) end)
      assert printed =~ ~r/^ok +program +\//m
      assert printed =~ ~r/^ok +avif/m
    end
  end

  test "a missing program is an error that says how to get one" do
    assert [%{state: :error, what: "program", detail: detail, advice: advice}] =
             Doctor.examine(executable: "/nowhere/thumbnailer")

    assert detail =~ "/nowhere/thumbnailer"
    assert advice =~ "script/build"
  end

  test "a program that does not start is an error that says why" do
    assert %{state: :error, detail: detail} =
             [executable: fake("wrong_protocol")] |> Doctor.examine() |> find("start")

    assert detail =~ "protocol"
  end

  test "a program that lacks a shared library is an error with what the linker says" do
    program = Path.join(folder(), "thumbnailer")

    File.write!(program, """
    #!/bin/sh
    echo "thumbnailer: error while loading shared libraries: libseccomp.so.2: cannot open" >&2
    exit 127
    """)

    File.chmod!(program, 0o755)
    finding = [executable: program] |> Doctor.examine() |> find("start")
    assert %{state: :error, detail: detail, advice: advice} = finding
    assert detail =~ "ended with status 127"
    assert detail =~ "libseccomp.so.2"
    assert advice =~ "docs/installation.md"
  end

  test "a file that is no program is an error that says so" do
    program = Path.join(folder(), "thumbnailer")
    File.write!(program, "text")
    assert %{state: :error, detail: detail} = find(Doctor.examine(executable: program), "start")
    assert detail =~ "cannot be run: permission denied"
  end

  test "a program of another version is a warning" do
    findings = Doctor.examine(executable: fake("other_version"))

    assert %{state: :warning, detail: "0.0.9 with library " <> _, advice: advice} =
             find(findings, "version")

    assert advice =~ "THUMBNAILER_EXECUTABLE"
    assert %{state: :error, detail: "it makes nothing"} = find(findings, "tiff")
  end

  test "the task ends with status 1 when something does not work" do
    capture_io(fn ->
      assert catch_exit(
               Mix.Task.rerun("thumbnailer.doctor", ["--executable", "/nowhere/thumbnailer"])
             ) == {:shutdown, 1}
    end)
  end

  test "the task refuses a flag that it does not know" do
    assert_raise Mix.Error, ~r/--sandbox must be one of/, fn ->
      Mix.Task.rerun("thumbnailer.doctor", ["--sandbox", "maybe"])
    end
  end
end
