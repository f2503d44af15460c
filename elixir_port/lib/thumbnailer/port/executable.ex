defmodule Thumbnailer.Port.Executable do
  @moduledoc false
  # Finds the port program, at run time: a release may be built on another machine.

  @variable "THUMBNAILER_EXECUTABLE"

  @doc "The program to start: the option `:executable`, else THUMBNAILER_EXECUTABLE, else the one in priv."
  @spec find(Path.t() | nil) :: {:ok, Path.t()} | {:error, String.t()}
  def find(option) do
    {path, origin} = candidate(option, System.get_env(@variable, ""))

    cond do
      path == nil -> {:error, "#{origin}: set #{@variable} or the option :executable"}
      # Not by way of the file server, which may be busy with the files of others.
      File.regular?(path, [:raw]) -> {:ok, path}
      true -> {:error, "there is no program at #{inspect(path)} (#{origin})"}
    end
  end

  defp candidate(nil, "") do
    case in_priv() do
      nil -> {nil, "an escript has no priv directory"}
      path -> {path, "from the application's priv directory; #{@variable} names another"}
    end
  end

  defp candidate(nil, variable), do: {Path.expand(variable), "from #{@variable}"}
  defp candidate(option, _variable), do: {Path.expand(option), "from the option :executable"}

  # An escript has no application directory.
  defp in_priv do
    Application.app_dir(:thumbnailer, "priv/thumbnailer")
  rescue
    ArgumentError -> nil
  end
end
