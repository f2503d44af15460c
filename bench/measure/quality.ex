defmodule Bench.Quality do
  @moduledoc "The quality and the bytes of the thumbnails of each implementation, by quality.py."

  alias Bench.{Workload, Settings}

  @doc "For each implementation `%{ssim:, bytes:, width:, height:}`, or an empty map where scikit-image is missing."
  def measure(implementations, workload, settings) do
    folder = Settings.folder(settings, "saved")
    folders = for place <- 1..length(implementations), do: Path.join(folder, "#{place}")

    for {implementation, into} <- Enum.zip(implementations, folders) do
      File.rm_rf!(into)
      File.mkdir_p!(into)
      implementation.save.(into)
    end

    wanted =
      for {implementation, into} <- Enum.zip(implementations, folders),
          argument <- [Workload.json(implementation.workload || workload), into],
          do: argument

    references = Settings.folder(settings, "references")
    arguments = [Path.expand("../quality.py", __DIR__), references | wanted]

    python = System.get_env("THUMBNAILER_PYTHON", "python3")

    case System.cmd(python, arguments, stderr_to_stdout: true) do
      {lines, 0} -> lines |> String.split("\n", trim: true) |> Enum.map(&read/1)
      {said, status} -> missing(said, status, implementations)
    end
  end

  defp read(line) do
    [ssim, bytes, width, height] = String.split(line, "\t")

    %{
      ssim: if(ssim != "-", do: String.to_float(ssim)),
      bytes: String.to_integer(bytes),
      size: "#{width}x#{height}"
    }
  end

  # A wrong picture fails the run; without scikit-image the run only prints a warning.
  defp missing(said, status, implementations) do
    unless said =~ "ModuleNotFoundError" or said =~ "FileNotFoundError",
      do: raise("quality.py ended with #{status}: #{said}")

    IO.puts("SSIM is skipped: #{said |> String.split("\n", trim: true) |> List.last()}")
    Enum.map(implementations, fn _implementation -> %{} end)
  end
end
